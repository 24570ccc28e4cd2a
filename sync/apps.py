from django.apps import AppConfig


class SyncConfig(AppConfig):
    name = "sync"

    def ready(self) -> None:
        from sync import receivers  # noqa: F401  (it needs the models, which are loaded only now)
