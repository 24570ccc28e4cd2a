"""From where and with what program somebody read a letter is data of that person: it goes when nobody needs it any
more. That it was read, when, and what was thought of it, stays (G16).
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Q

from tracking.models import Hit

AT_ONCE = 5000


def forget_visitors(now: datetime) -> int:
    """The next ones; how many. Needs every account's scope. Those that wait for judgement keep it until then."""
    old = now - timedelta(days=settings.TRACK_KEEP_DAYS)
    known = ~Q(ip=None) | ~Q(user_agent="")
    ids = list(Hit.objects.filter(known, at__lt=old, judge_at=None).order_by().values_list("pk", flat=True)[:AT_ONCE])
    return Hit.objects.filter(pk__in=ids).update(ip=None, user_agent="")
