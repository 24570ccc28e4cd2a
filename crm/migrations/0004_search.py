from django.contrib.postgres.indexes import GinIndex, OpClass
from django.contrib.postgres.operations import BtreeGinExtension, TrigramExtension
from django.db import migrations

from accounts.tenant_models import CreateTenantView


class Migration(migrations.Migration):
    dependencies = [("crm", "0003_reading_and_writing")]
    operations = [
        BtreeGinExtension(),
        TrigramExtension(),  # both are trusted: the database's owner may create them
        migrations.AddIndex(
            model_name="contact",
            index=GinIndex(OpClass("account_id", "int8_ops"), OpClass("name", "gin_trgm_ops"), name="contact_sought"),
        ),
        migrations.AddIndex(
            model_name="contactemail",
            index=GinIndex(
                OpClass("account_id", "int8_ops"), OpClass("email_key", "gin_trgm_ops"), name="contactemail_sought"
            ),
        ),
        CreateTenantView("crm_contact_search", "crm_contact", ["id", "name"]),
        CreateTenantView("crm_contactemail_search", "crm_contactemail", ["contact_id", "email_key"]),
    ]
