"""A worker that dies while it files a letter, and two that want the same one: cards and letter once, never twice."""

from __future__ import annotations

from collections import Counter

import pytest
from django.utils import timezone

from accounts.models import Membership
from accounts.tenancy import tenant
from crm.models import CardEvent, Contact, Lead
from mailkit import failpoints
from mailkit.failpoints import FailpointReached
from smart_addresses.filing import file_letter, list_due
from smart_addresses.models import ArrivedLetter, Creation
from tests.smart_addresses.arrivals import address, take
from tests.threads.builders import Mail
from tests.threads.test_concurrency import at_once
from threads.models import CardLink, Message

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.rule("K12", "K43", "G03")]


def counts() -> tuple[int, int, int, int]:
    return Contact.objects.count(), Lead.objects.count(), Message.objects.count(), Creation.objects.count()


@pytest.mark.parametrize("place", ["R6", "R7", "R8"])
def test_the_next_worker_does_all_that_a_dead_one_began(
    place: str, alice: Membership, monkeypatch: pytest.MonkeyPatch
) -> None:
    with tenant(alice.account_id):
        letter_id = take("lead", Mail("Kitchen", to=f"boris@other.example, {address('lead')}"))
        monkeypatch.setattr(failpoints, "_hits", Counter())
        monkeypatch.setenv("FAILPOINT", f"{place}:1:raise")
        with pytest.raises(FailpointReached):
            file_letter(letter_id)
        assert counts() == (0, 0, 0, 0)
        monkeypatch.delenv("FAILPOINT")
        file_letter(letter_id)
        assert counts() == (0, 0, 0, 0)  # its lease goes on
        assert list_due() == []
        ArrivedLetter.objects.update(lease_until=timezone.now())
        assert list_due() == [(alice.account_id, letter_id)]
        file_letter(letter_id)
        assert counts() == (2, 1, 1, 3)
        file_letter(letter_id)
        assert counts() == (2, 1, 1, 3)


def test_many_letters_of_one_stranger_at_once_make_one_contact(alice: Membership) -> None:
    with tenant(alice.account_id):
        ids = [take("contact", Mail(f"Letter {n}", to=address("contact"))) for n in range(8)]

    def file_all(mine: list[int]) -> None:
        for letter_id in mine:
            file_letter(letter_id)

    at_once(alice.account.pk, *(lambda start=start: file_all(ids[start::4]) for start in range(4)))
    with tenant(alice.account_id):
        assert Contact.objects.count() == 1
        assert CardLink.objects.count() == Message.objects.count() == 8
        assert CardEvent.objects.filter(kind="created").count() == 1
        assert Creation.objects.filter(is_new=True).count() == 1


def test_two_workers_never_file_one_letter(alice: Membership) -> None:
    with tenant(alice.account_id):
        letter_id = take("lead", Mail("Kitchen", to=address("lead")))
    at_once(alice.account.pk, *(lambda: file_letter(letter_id) for _ in range(4)))
    with tenant(alice.account_id):
        assert counts() == (1, 1, 1, 2)


def test_letters_of_all_accounts_are_found_when_the_broker_lost_them(alice: Membership, charlie: Membership) -> None:
    with tenant(alice.account_id):
        first = take("filing", Mail())
    with tenant(charlie.account_id):
        second = take("filing", Mail())
    assert list_due() == [(alice.account_id, first), (charlie.account_id, second)]
