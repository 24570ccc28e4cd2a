"""Free, busy, lunch, break: one's own or set by an administrator; offline is derived (G11)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone
from pytest_django import Settings

from accounts.availability import OFFLINE, availability_of, label_of, set_availability
from accounts.errors import NotAllowed, SettingRefused
from accounts.models import AuditEvent, Membership

pytestmark = [pytest.mark.rule("G11"), pytest.mark.usefixtures("in_account")]


def test_who_has_asked_for_nothing_lately_is_offline(bob: Membership, settings: Settings) -> None:
    settings.OFFLINE_MINUTES = 5
    now = timezone.now()
    assert availability_of(bob, now) == OFFLINE
    bob.last_seen_at, bob.availability = now - timedelta(minutes=4), "busy"
    assert availability_of(bob, now) == "busy"
    assert availability_of(bob, now + timedelta(minutes=2)) == OFFLINE
    bob.is_active = False
    assert availability_of(bob, now) == OFFLINE
    assert [label_of(value) for value in ("busy", OFFLINE)] == ["Busy", "Offline"]


def test_ones_own_is_nobodys_business(bob: Membership) -> None:
    assert set_availability(bob, bob, "lunch").availability == "lunch"
    assert not AuditEvent.objects.exists()


def test_an_administrator_sets_that_of_others_and_it_is_written_down(alice: Membership, bob: Membership) -> None:
    set_availability(alice, bob, "break")
    bob.refresh_from_db()
    assert bob.availability == "break"
    assert AuditEvent.objects.get().action == "user.availability_set"
    with pytest.raises(NotAllowed):
        set_availability(bob, alice, "free")


def test_nothing_else_is_accepted(bob: Membership) -> None:
    for value in ("offline", "", "free\0"):
        with pytest.raises(SettingRefused):
            set_availability(bob, bob, value)
