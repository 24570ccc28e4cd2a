from django.apps import AppConfig


class ThreadsConfig(AppConfig):
    name = "threads"

    def ready(self) -> None:
        from threads import receivers  # noqa: F401  (it needs the models, which are loaded only now)
