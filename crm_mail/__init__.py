"""Wiring only: settings, addresses, processes. No models, no logic."""

from crm_mail.celery import app as celery_app

__all__ = ["celery_app"]
