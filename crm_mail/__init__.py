"""Wiring only: settings, addresses, processes. No models, no logic.

Imports nothing: the process runner lives below it and must start without Django and Celery (crm_mail/apps.py has them).
"""
