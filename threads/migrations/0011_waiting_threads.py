from django.db import migrations, models

from accounts.tenancy import EVERY_ROLE, every_account

WAITING = """
UPDATE threads_thread t SET is_waiting = true FROM (
  SELECT DISTINCT ON (thread_id) thread_id, direction FROM threads_message
  WHERE deleted_at IS NULL ORDER BY thread_id, received_at DESC, id DESC) AS newest
WHERE newest.thread_id = t.id AND newest.direction = 'incoming'
"""


def find_waiting(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:  # on an empty database the grants come after all migrations
        cursor.execute(f"GRANT SELECT, UPDATE ON threads_message, threads_thread TO {EVERY_ROLE}")
    with every_account("migration threads 0011"), schema_editor.connection.cursor() as cursor:
        cursor.execute(WAITING)


class Migration(migrations.Migration):

    dependencies = [("threads", "0010_search")]

    operations = [
        migrations.AddField(
            model_name="thread",
            name="is_waiting",
            field=models.BooleanField(db_default=False),
        ),
        migrations.RunPython(find_waiting, migrations.RunPython.noop),
        migrations.AddIndex(
            model_name="thread",
            index=models.Index(
                condition=models.Q(("is_waiting", True)),
                fields=["account", "-last_message_at", "-id"],
                name="thread_waiting",
            ),
        ),
    ]
