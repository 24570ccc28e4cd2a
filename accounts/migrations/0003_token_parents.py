import django.db.models.deletion
from django.db import migrations

import accounts.tenant_models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0002_people_and_sharing'),
    ]

    operations = [
        migrations.AddField(
            model_name='apitoken',
            name='made_by',
            field=accounts.tenant_models.TenantForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='made', to='accounts.apitoken'),
        ),
        migrations.AddConstraint(
            model_name='apitoken',
            constraint=accounts.tenant_models.SameAccount(field='made_by', name='apitoken_made_by_same_account'),
        ),
    ]
