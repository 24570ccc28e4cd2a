from django.db import migrations, models

from accounts.tenancy import EVERY_ROLE, every_account
from accounts.tenant_models import CreateTenantView

COLUMNS = ["mailbox_id", "email", "email_key", "name", "sought", "last_at"]
VIEW = ("threads_correspondent_search", "threads_correspondent")
DELETED = """
UPDATE threads_correspondent c SET has_kept_letters = false
FROM (SELECT DISTINCT m.account_id, m.mailbox_id, p.email_key
      FROM threads_message m JOIN threads_participant p ON (p.account_id, p.message_id) = (m.account_id, m.id)
      WHERE m.deleted_at IS NOT NULL) AS gone
WHERE (c.account_id, c.mailbox_id, c.email_key) = (gone.account_id, gone.mailbox_id, gone.email_key) AND NOT EXISTS (
  SELECT FROM threads_participant p JOIN threads_message m ON (m.account_id, m.id) = (p.account_id, p.message_id)
  WHERE (p.account_id, p.email_key) = (c.account_id, c.email_key) AND m.mailbox_id = c.mailbox_id
    AND m.deleted_at IS NULL)
"""


def find_deleted(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:  # on an empty database the grants come after all migrations
        tables = "threads_message, threads_participant, threads_correspondent"
        cursor.execute(f"GRANT SELECT, UPDATE ON {tables} TO {EVERY_ROLE}")
    with every_account("migration threads 0016"), schema_editor.connection.cursor() as cursor:
        cursor.execute(DELETED)


class Migration(migrations.Migration):
    dependencies = [("threads", "0015_threads_with_files")]

    operations = [
        migrations.AddField(
            model_name="correspondent",
            name="has_kept_letters",
            field=models.BooleanField(db_default=True),
        ),
        migrations.RunSQL(
            [f"SET LOCAL ROLE {EVERY_ROLE}", f"DROP VIEW {VIEW[0]}", "SET LOCAL ROLE NONE"],
            CreateTenantView(*VIEW, COLUMNS).sql,
        ),
        CreateTenantView(*VIEW, [*COLUMNS, "has_kept_letters"]),
        migrations.RunPython(find_deleted, migrations.RunPython.noop),
    ]
