from django.apps import AppConfig


class OutboxConfig(AppConfig):
    name = "outbox"

    def ready(self) -> None:
        from outbox import receivers  # noqa: F401  (it needs the models, which are loaded only now)
