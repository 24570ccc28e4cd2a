import django.db.models.functions.text
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ('outbox', '0005_drafts_on_their_way'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='outgoingmail',
            index=models.Index(
                condition=models.Q(('state__in', ['queued', 'retry'])),
                fields=['account', 'mailbox', 'priority', 'due_at', 'id'],
                name='outgoingmail_queue',
            ),
        ),
        migrations.AddIndex(
            model_name='outgoingrecipient',
            index=models.Index(
                models.F('account'),
                django.db.models.functions.text.Lower('address'),
                condition=models.Q(('state__in', ['refused', 'bounced'])),
                name='outgoingrecipient_not_reached',
            ),
        ),
    ]
