"""Nobody has servers asked without end: neither by many requests nor by requests that hang."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import replace

import pytest
from pytest_django import Settings

from accounts.models import Account, Membership
from mailboxes import limits
from mailboxes.errors import SettingRefused, TooManyTries
from mailboxes.limits import LIMITS, WINDOW_SECONDS, Limit
from mailboxes.live_sessions import LIVE_PER_ACCOUNT, waiting_place
from mailboxes.requests import ConnectRequest
from mailboxes.services import connect_mailbox, try_servers


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(LIMITS, "test", Limit(member=2, account=3))


@pytest.fixture(autouse=True)
def one_window(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits.time, "time", lambda: 10.0 * WINDOW_SECONDS + 100)


@pytest.mark.usefixtures("few")
def test_a_member_waits_after_so_many_tries_and_colleagues_after_those_of_all(
    alice: Membership, bob: Membership, charlie: Membership
) -> None:
    for _ in range(2):
        limits.check(bob, "test")
    with pytest.raises(TooManyTries) as refused:
        limits.check(bob, "test")
    assert refused.value.retry_after == WINDOW_SECONDS - 100
    assert "9 minutes" in refused.value.message
    limits.check(alice, "test")
    with pytest.raises(TooManyTries):
        limits.check(alice, "test")
    limits.check(charlie, "test")
    limits.check(bob, "detect")


@pytest.mark.usefixtures("few")
def test_the_next_window_begins_anew(bob: Membership, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(2):
        limits.check(bob, "test")
    monkeypatch.setattr(limits.time, "time", lambda: 11.0 * WINDOW_SECONDS)
    limits.check(bob, "test")


@pytest.mark.usefixtures("few")
def test_while_the_cache_is_away_nobody_is_refused(bob: Membership, settings: Settings) -> None:
    away = {**settings.CACHES["default"], "LOCATION": "redis://127.0.0.1:1/0"}
    settings.CACHES = {"default": away}
    for _ in range(4):
        limits.check(bob, "test")


@pytest.mark.usefixtures("few")
def test_each_test_of_servers_counts_but_not_what_is_refused_before(
    in_account: Account, bob: Membership, request_for: ConnectRequest
) -> None:
    for _ in range(3):
        with pytest.raises(SettingRefused):
            connect_mailbox(bob, replace(request_for, address="nobody"))
    assert try_servers(bob, request_for).status == "green"
    connect_mailbox(bob, request_for)
    with pytest.raises(TooManyTries):
        try_servers(bob, request_for)


def test_only_a_few_people_of_an_account_wait_for_servers_at_once(
    in_account: Account, bob: Membership, request_for: ConnectRequest
) -> None:
    with ExitStack() as waiting:
        for _ in range(LIVE_PER_ACCOUNT):
            waiting.enter_context(waiting_place(in_account.pk))
        with pytest.raises(TooManyTries) as refused:
            try_servers(bob, request_for)
    assert refused.value.retry_after == 30
    assert try_servers(bob, request_for).status == "green"
