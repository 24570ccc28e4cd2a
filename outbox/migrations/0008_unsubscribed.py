from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('outbox', '0007_links_and_history'),
    ]

    operations = [
        migrations.AlterField(
            model_name='suppression',
            name='reason',
            field=models.CharField(choices=[('bounced', 'Bounced'), ('unsubscribed', 'Unsubscribed')], max_length=12),
        ),
    ]
