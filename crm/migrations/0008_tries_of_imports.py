from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("crm", "0007_board_of_leads")]

    operations = [
        migrations.AddField(
            model_name="cardimport",
            name="tries",
            field=models.PositiveSmallIntegerField(default=0),
        ),
    ]
