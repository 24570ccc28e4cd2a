"""The Celery application. Tasks carry ids only; what is to be done stands in PostgreSQL."""

import os

import structlog
from celery import Celery
from celery.signals import setup_logging, task_prerun, worker_process_init
from django.db import connections

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crm_mail.settings")
app = Celery("crm_mail")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.autodiscover_tasks(related_name="mailing_tasks")


@setup_logging.connect
def keep_our_logs(**_kwargs: object) -> None:
    """Django's settings have configured logging; without a receiver here Celery would do it again, its own way."""


@task_prerun.connect
def name_task_in_logs(task_id: str, task: object, **_kwargs: object) -> None:
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(task_id=task_id, task=getattr(task, "name", ""))


@worker_process_init.connect
def forget_inherited_connections(**_kwargs: object) -> None:
    """A forked child must not share its parent's database connection."""
    for connection in connections.all(initialized_only=True):
        connection.close()
