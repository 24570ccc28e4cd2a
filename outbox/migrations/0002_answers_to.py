import django.db.models.deletion
from django.db import migrations, models

import accounts.tenant_models


class Migration(migrations.Migration):

    dependencies = [
        ('mailboxes', '0003_people_and_sharing'),
        ('outbox', '0001_initial'),
    ]

    operations = [
        migrations.AddField(
            model_name='outgoingmail',
            name='answers_to',
            field=accounts.tenant_models.TenantForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='mailboxes.mailbox'),
        ),
        migrations.AddConstraint(
            model_name='outgoingmail',
            constraint=accounts.tenant_models.SameAccount(field='answers_to', name='outgoingmail_answers_to_same_account'),
        ),
        migrations.AddIndex(
            model_name='outgoingmail',
            index=models.Index(condition=models.Q(('reply_to_message__isnull', False)), fields=['account', 'reply_to_message'], name='outgoingmail_answers'),
        ),
    ]
