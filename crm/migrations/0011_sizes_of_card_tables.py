from django.db import migrations

# ANALYZE is the owner's right; on PostgreSQL 16 nobody else can be given it. The tables are named here and only here.
FUNCTION = """
CREATE FUNCTION crm_count_cards() RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    ANALYZE (SKIP_LOCKED) public.crm_contact, public.crm_contactemail, public.crm_company, public.crm_lead,
        public.crm_leadcontact, public.crm_customer, public.crm_customercontact, public.crm_tagging,
        public.crm_cardevent;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("crm", "0010_different_people_and_merged_contacts")]

    operations = [migrations.RunSQL(FUNCTION, "DROP FUNCTION crm_count_cards()")]
