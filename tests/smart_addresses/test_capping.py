"""Strangers make only so many cards a day; their letters are kept all the same (K43, G03)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone
from pytest_django import Settings

from accounts.models import Membership
from crm.models import Contact, Lead
from smart_addresses.models import ArrivedLetter
from tests.smart_addresses.arrivals import address, arrive
from tests.threads.builders import Mail
from threads.models import Message

pytestmark = [pytest.mark.usefixtures("in_account"), pytest.mark.rule("K43", "G03")]


@pytest.fixture(autouse=True)
def two_a_day(settings: Settings) -> None:
    settings.SMART_CARDS_A_DAY = 2


def letter_of(name: str, *, kind: str = "contact", dmarc: str = "pass") -> ArrivedLetter:
    sender = name if "@" in name else f"{name}@client.example"
    return arrive(kind, Mail(f"From {name}", sender=sender, to=address(kind)), mail_from=sender, dmarc=dmarc)


def test_more_letters_are_filed_and_make_nothing(alice: Membership) -> None:
    outcomes = [letter_of(name).outcome for name in ("anna", "boris", "carla")]
    assert outcomes == ["created", "created", "too_many"]
    assert (Contact.objects.count(), Message.objects.count()) == (2, 3)
    assert letter_of("anna", kind="lead").outcome == "too_many"
    assert not Lead.objects.exists()


def test_the_next_day_there_is_room_again(alice: Membership) -> None:
    for name in ("anna", "boris"):
        letter_of(name)
    ArrivedLetter.objects.update(received_at=timezone.now() - timedelta(days=1, minutes=1))
    assert letter_of("carla").outcome == "created"


def test_a_user_may_always_and_must_be_proven_to_be_one(alice: Membership) -> None:
    for name in ("anna", "boris"):
        letter_of(name)
    to = f"{address('contact')}, dora@client.example"
    for dmarc, outcome in (("fail", "too_many"), ("pass", "created")):
        mail = Mail(f"Card, please: {dmarc}", sender=alice.user.email, to=to)
        assert arrive("contact", mail, mail_from=alice.user.email, dmarc=dmarc).outcome == outcome
    assert Contact.objects.filter(name__startswith="dora").exists()
