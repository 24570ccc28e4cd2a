from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [("threads", "0011_waiting_threads")]

    operations = [
        migrations.AddIndex(
            model_name="attachment",
            index=models.Index(
                condition=models.Q(("stored_name", ""), _negated=True),
                fields=["account", "stored_name"],
                name="attachment_stored",
            ),
        ),
    ]
