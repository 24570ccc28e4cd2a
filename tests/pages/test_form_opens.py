"""Who answers the form of a letter has it open, whether or not its images are shown (M61, M62)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import Membership
from mailboxes.models import Mailbox
from outbox.models import OutgoingMail
from tests.conftest import MakeMailbox
from tests.pages.forms import FormLetter, get, make_fields, post, send_form
from tracking.models import Hit

pytestmark = [pytest.mark.django_db, pytest.mark.rule("M61")]

ANSWER = {"lead[620111]": "Yes"}
BROWSER = {"User-Agent": "Mozilla/5.0 (X11; Linux x86_64) Gecko/20100101 Firefox/140.0"}


@pytest.fixture
def mailbox(alice: Membership, in_account: None, make_mailbox: MakeMailbox) -> Mailbox:
    make_fields(alice)
    return make_mailbox("alice@acme.example", owner=alice)


@pytest.fixture
def letter(alice: Membership, mailbox: Mailbox) -> FormLetter:
    return send_form(alice, mailbox)


def hits() -> list[tuple[int, int | None, str]]:
    return list(Hit.objects.order_by("id").values_list("tracked", "link", "method"))


@pytest.mark.parametrize("send", [get, post])
def test_an_answer_is_an_opening(letter: FormLetter, send: Callable[..., Any]) -> None:
    send(letter.form_url, ANSWER, **BROWSER)
    assert hits() == [(letter.mail.tracked_id, None, send.__name__.upper())]


def test_one_opening_is_counted_once(letter: FormLetter) -> None:
    get(letter.web_url, None, **BROWSER)
    post(letter.form_url, ANSWER, **BROWSER)
    assert hits() == [(letter.mail.tracked_id, None, "GET")]


@pytest.mark.rule("G07")
def test_that_a_machine_was_there_before_says_nothing(letter: FormLetter) -> None:
    tracked = letter.mail.tracked_id
    assert tracked is not None
    Hit.objects.create(tracked_id=tracked, at=timezone.now(), method="GET", verdict=Hit.Verdict.PROXY)
    post(letter.form_url, ANSWER, **BROWSER)
    assert hits() == [(tracked, None, "GET"), (tracked, None, "POST")]


def test_what_programs_fill_in_is_none(letter: FormLetter) -> None:
    post(letter.form_url, {**ANSWER, "leave_empty": "x"}, **BROWSER)
    assert hits() == []


@pytest.mark.rule("M97")
def test_nobody_counts_where_that_is_switched_off(letter: FormLetter) -> None:
    OutgoingMail.objects.update(track_opens=False)
    post(letter.form_url, ANSWER, **BROWSER)
    assert letter.values() == {"620111": "Yes"}
    assert hits() == []
