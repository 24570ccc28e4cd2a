"""The project as a Django app: its management commands, and the Celery application that every process needs."""

from django.apps import AppConfig

from crm_mail.celery import app as celery_app

__all__ = ["CrmMailConfig", "celery_app"]


class CrmMailConfig(AppConfig):
    """Importing the Celery application here makes it the default one, so that `.delay()` knows the broker."""

    name = "crm_mail"

    def ready(self) -> None:
        from crm_mail import receivers  # noqa: F401  (it needs the models, which are loaded only now)
