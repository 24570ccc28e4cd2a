from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import migrations, models

from accounts.tenant_models import CreateTenantView

# Of an array of text array_to_string() is immutable, though not of every array: indexes take our word for it.
FUNCTION = """
CREATE FUNCTION crm_phone_digits(phones varchar[]) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS
$$ SELECT regexp_replace(array_to_string(phones, ','), '[^0-9,]', '', 'g') $$
"""
MODELS = ("contact", "company")


def by_phone(model):
    digits = models.Func("phones", function="crm_phone_digits", output_field=models.TextField())
    index = GinIndex(
        OpClass("account_id", "int8_ops"),
        OpClass(digits, "gin_trgm_ops"),
        condition=~models.Q(phones=[]),
        name=f"{model}_by_phone",
    )
    return migrations.AddIndex(model_name=model, index=index)


class Migration(migrations.Migration):
    dependencies = [("crm", "0012_closed_leads")]

    operations = [
        migrations.RunSQL(FUNCTION, "DROP FUNCTION crm_phone_digits(varchar[])"),
        *(by_phone(model) for model in MODELS),
        *(
            CreateTenantView(
                f"crm_{model}_phone_search", f"crm_{model}", ["id", "phones", "crm_phone_digits(phones) AS digits"]
            )
            for model in MODELS
        ),
    ]
