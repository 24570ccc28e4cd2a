from django.db import migrations

from accounts.tenant_models import CreateTenantView


class Migration(migrations.Migration):
    dependencies = [("threads", "0001_initial")]
    operations = [CreateTenantView("threads_message_search", "threads_messagebody", ["message_id", "search"])]
