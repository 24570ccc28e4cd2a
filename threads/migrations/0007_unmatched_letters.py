from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('threads', '0006_people_and_sharing'),
    ]

    operations = [
        migrations.AlterField(
            model_name='folderentry',
            name='outcome',
            field=models.CharField(choices=[('imported', 'Imported'), ('older', 'Older'), ('gone', 'Gone'), ('failed', 'Failed'), ('filtered', 'Filtered'), ('internal', 'Internal'), ('unmatched', 'Unmatched')], max_length=9),
        ),
    ]
