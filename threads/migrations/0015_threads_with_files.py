from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("threads", "0014_leads_by_letter")]

    operations = [
        migrations.AddIndex(
            model_name="thread",
            index=models.Index(
                condition=models.Q(("has_attachments", True)),
                fields=["account", "-last_message_at", "-id"],
                name="thread_with_files",
            ),
        ),
    ]
