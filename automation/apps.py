from django.apps import AppConfig


class AutomationConfig(AppConfig):
    name = "automation"

    def ready(self) -> None:
        from automation import receivers, stage_receivers  # noqa: F401  (it needs the models, which are loaded only now)
