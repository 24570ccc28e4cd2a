from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("crm", "0008_tries_of_imports")]
    operations = [
        migrations.RemoveIndex("task", "task_done"),
        migrations.AddIndex(
            "task",
            models.Index(
                "account",
                models.F("done_at").desc(nulls_last=True),
                models.F("id").desc(),
                condition=models.Q(done_at__isnull=False),
                name="task_done",
            ),
        ),
    ]
