from django.apps import AppConfig
from django.core import checks
from django.db.models.signals import post_migrate


class AccountsConfig(AppConfig):
    name = "accounts"

    def ready(self) -> None:
        from accounts import freshness, roles  # they need the models, which are loaded only now

        freshness.connect_signals()
        post_migrate.connect(roles.grant, sender=self)
        checks.register(roles.tenancy_check, checks.Tags.database)
