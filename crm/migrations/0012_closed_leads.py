from django.db import migrations, models

from accounts.tenancy import EVERY_ROLE, every_account

# The first move since the lead was last moved to an open stage; without one in its history, when it came to its stage.
CLOSED = """
UPDATE crm_lead l SET closed_at = coalesce((
  SELECT min(e.created_at) FROM crm_cardevent e
  WHERE (e.account_id, e.lead_id) = (l.account_id, l.id) AND e.kind = 'moved' AND e.created_at > coalesce((
    SELECT max(o.created_at) FROM crm_cardevent o
    WHERE (o.account_id, o.lead_id) = (l.account_id, l.id) AND o.kind = 'moved' AND o.facts->>'to' IN (
      SELECT name FROM crm_stage WHERE account_id = l.account_id AND kind = 'open')), '-infinity')), l.stage_since)
FROM crm_stage s WHERE (s.account_id, s.id) = (l.account_id, l.stage_id) AND s.kind <> 'open'
"""


def close_leads(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:  # on an empty database the grants come after all migrations
        cursor.execute(f"GRANT SELECT, UPDATE ON crm_lead, crm_stage, crm_cardevent TO {EVERY_ROLE}")
    with every_account("migration crm 0012"), schema_editor.connection.cursor() as cursor:
        cursor.execute(CLOSED)


class Migration(migrations.Migration):
    dependencies = [("crm", "0011_sizes_of_card_tables")]

    operations = [
        migrations.AddField("cardimport", "merged_count", models.PositiveIntegerField(default=0)),
        migrations.AddField("lead", "closed_at", models.DateTimeField(null=True)),
        migrations.RunPython(close_leads, migrations.RunPython.noop),
    ]
