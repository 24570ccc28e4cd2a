"""`withheld-letters/`: what administrators learn of letters deleted in personal mailboxes (K63)."""

from __future__ import annotations

import pytest

from accounts.models import Account, Membership
from mailboxes.models import Mailbox
from tests.api.client import ApiClient, assert_closed, json_of, problem_of
from tests.api.conftest import MakeLetter
from tests.conftest import MakeMailbox
from threads.models import Message

pytestmark = [pytest.mark.django_db, pytest.mark.rule("K63")]


@pytest.fixture
def letter(bob: Membership, bob_api: ApiClient, make_mailbox: MakeMailbox, make_letter: MakeLetter) -> Message:
    """Bob deleted it in his own mailbox."""
    found = make_letter(make_mailbox("bob.private@acme.example", owner=bob), "Salary")
    assert bob_api.delete(f"messages/{found.pk}/").status_code == 204
    return found


def test_owner_and_date_and_never_what_is_in_it(letter: Message, bob: Membership, alice_api: ApiClient) -> None:
    answer = alice_api.get("withheld-letters/")
    [line] = json_of(answer)["results"]
    assert set(line) == {"id", "owner", "owner_name", "deleted_at"}
    assert (line["owner"], line["owner_name"]) == (str(bob.pk), "Bob Baker")
    assert not any(word in answer.content for word in (b"Salary", b"Dana", b"bob.private"))
    problem_of(alice_api.get(f"messages/{letter.pk}/"), 404)


def test_it_goes_back_to_its_owner(letter: Message, alice_api: ApiClient, bob_api: ApiClient) -> None:
    path = f"withheld-letters/{letter.pk}/restore/"
    assert alice_api.post(path).status_code == 204
    assert json_of(bob_api.get(f"messages/{letter.pk}/"))["deleted_at"] is None
    problem_of(alice_api.post(path), 404, "not-found")


def test_it_is_the_administrators(letter: Message, bob_api: ApiClient, charlie: Membership) -> None:
    path = f"withheld-letters/{letter.pk}/restore/"
    problem_of(bob_api.get("withheld-letters/"), 403)
    problem_of(bob_api.post(path), 403)
    assert json_of(ApiClient(charlie).get("withheld-letters/"))["results"] == []
    assert_closed("POST", path, stranger=charlie, without=["mail:write"])


def test_the_account_may_show_owners_their_own_deleted(
    letter: Message, alice_api: ApiClient, bob_api: ApiClient, make_letter: MakeLetter, sales: Mailbox
) -> None:
    shared = make_letter(sales, "Shared")
    bob_api.delete(f"messages/{shared.pk}/")
    assert json_of(bob_api.get("messages/", folder="deleted"))["results"] == []
    problem_of(bob_api.post(f"messages/{letter.pk}/restore/"), 404)
    assert json_of(alice_api.patch("account/", {"owners_see_deleted": True}))["owners_see_deleted"] is True
    assert [row["id"] for row in json_of(bob_api.get("messages/", folder="deleted"))["results"]] == [str(letter.pk)]
    problem_of(bob_api.post(f"messages/{shared.pk}/restore/"), 404)
    assert json_of(bob_api.post(f"messages/{letter.pk}/restore/"))["deleted_at"] is None
    assert Account.objects.get(slug="acme").owners_see_deleted
