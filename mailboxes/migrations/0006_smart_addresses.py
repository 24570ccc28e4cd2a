"""The mailbox of the smart addresses for the accounts that are there already (K40)."""

from django.conf import settings
from django.db import migrations
from django.utils import timezone

from accounts.tenancy import tenant


def make_system_mailboxes(apps, schema_editor):
    mailboxes = apps.get_model("mailboxes", "Mailbox").objects
    for pk, slug in apps.get_model("accounts", "Account").objects.values_list("pk", "slug"):
        address = f"{slug}@{settings.MAIL_DOMAIN}"
        facts = {
            "address": address, "address_key": address, "smtp_host": "", "smtp_username": "", "state": "synced",
            "imported_at": timezone.now(), "push": False, "keep_attachments": True,
        }
        with tenant(pk):
            mailboxes.get_or_create(account_id=pk, kind="system", defaults=facts)


class Migration(migrations.Migration):

    dependencies = [
        ('mailboxes', '0005_cards_and_smart_addresses'),
    ]

    operations = [
        migrations.RunPython(make_system_mailboxes, migrations.RunPython.noop),
    ]
