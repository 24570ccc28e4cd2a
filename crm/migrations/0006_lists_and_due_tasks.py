from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import migrations, models

from accounts.tenant_models import CreateTenantView


def sought(model: str) -> migrations.AddIndex:
    index = GinIndex(OpClass("account_id", "int8_ops"), OpClass("name", "gin_trgm_ops"), name=f"{model}_sought")
    return migrations.AddIndex(model_name=model, index=index)


class Migration(migrations.Migration):
    dependencies = [("accounts", "0006_cards_and_smart_addresses"), ("crm", "0005_cards_and_smart_addresses")]
    operations = [
        migrations.AddField("task", "is_due_told", models.BooleanField(default=False)),
        migrations.AddIndex("company", models.Index(fields=["account", "-created_at", "-id"], name="company_newest")),
        migrations.AddIndex("customer", models.Index(fields=["account", "-created_at", "-id"], name="customer_newest")),
        migrations.AddIndex("lead", models.Index(fields=["account", "name", "id"], name="lead_by_name")),
        migrations.AddIndex(
            "lead",
            models.Index(
                "account",
                models.F("price").desc(nulls_last=True),
                models.F("id").desc(),
                name="lead_by_price",
            ),
        ),
        migrations.AddIndex(
            "task",
            models.Index(
                fields=["due_at"],
                condition=models.Q(done_at__isnull=True, is_due_told=False),
                name="task_due_untold",
            ),
        ),
        *(sought(model) for model in ("company", "customer", "lead")),
        *(
            CreateTenantView(f"crm_{model}_search", f"crm_{model}", ["id", "name"])
            for model in ("company", "customer", "lead")
        ),
    ]
