"""The product's settings with a quicker clock, for the beat process of the flow tests only."""

from datetime import timedelta

from crm_mail.settings import *  # noqa: F403
from crm_mail.settings import CELERY_BEAT_SCHEDULE as PRODUCT_SCHEDULE

CELERY_BEAT_SCHEDULE = {name: {**entry, "schedule": timedelta(seconds=1)} for name, entry in PRODUCT_SCHEDULE.items()}
