"""From where somebody read a letter is forgotten; that it was read is not."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone
from pytest_django import Settings

from accounts.tenancy import every_account
from tests.tracking.builders import letter
from tracking.forgetting import forget_visitors
from tracking.hits import note_open
from tracking.models import Hit
from tracking.visits import Visit


@pytest.mark.rule("G16")
def test_old_visits_lose_address_and_program(settings: Settings) -> None:
    settings.TRACK_KEEP_DAYS = 30
    now = timezone.now()
    for days, is_judged in ((31, True), (31, False), (29, True)):
        tracked = letter()
        note_open(tracked.pk, Visit(now - timedelta(days=days), "GET", user_agent="Firefox", ip="192.0.2.7"))
        if is_judged:
            Hit.objects.filter(tracked=tracked).update(judge_at=None, verdict="human", reason="")
    with every_account("test"):
        assert forget_visitors(now) == 1
        assert forget_visitors(now) == 0
    kept = Hit.objects.order_by("id").values_list("ip", "user_agent", "verdict")
    assert list(kept) == [(None, "", "human"), ("192.0.2.7", "Firefox", ""), ("192.0.2.7", "Firefox", "human")]
