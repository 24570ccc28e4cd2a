from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ('outbox', '0006_delivery'),
    ]

    operations = [
        migrations.AddField(
            model_name='draft',
            name='attachment_url',
            field=models.TextField(blank=True, default=''),
        ),
        migrations.AddIndex(
            model_name='outgoingmail',
            index=models.Index(
                condition=models.Q(('state', 'canceled')),
                fields=['account', '-created_at', '-id'],
                name='outgoingmail_canceled',
            ),
        ),
    ]
