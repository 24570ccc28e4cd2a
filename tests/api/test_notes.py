"""`notes/`."""

from __future__ import annotations

import pytest

from accounts.models import Membership
from tests.api.client import ApiClient, json_of, problem_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def dana(alice_api: ApiClient) -> dict[str, str]:
    made = json_of(alice_api.post("contacts/", {"first_name": "Dana"}), 201)
    return {"type": "contact", "id": made["id"]}


def test_a_note_is_written_changed_and_deleted(alice_api: ApiClient, alice: Membership, dana: dict[str, str]) -> None:
    made = json_of(alice_api.post("notes/", {"text": "Likes tea", "card": dana}), 201)
    assert (made["text"], made["card"], made["author"]) == ("Likes tea", dana, str(alice.pk))
    path = f"notes/{made['id']}/"
    assert json_of(alice_api.patch(path, {"text": "Likes coffee"}))["changed_at"]
    assert [row["text"] for row in json_of(alice_api.get("notes/", contact=dana["id"]))["results"]] == ["Likes coffee"]
    assert json_of(alice_api.get("notes/", lead=dana["id"]))["results"] == []
    assert alice_api.delete(path).status_code == 204
    problem_of(alice_api.get(path), 404)


def test_anothers_note_is_not_changed(alice_api: ApiClient, bob_api: ApiClient, dana: dict[str, str]) -> None:
    path = f"notes/{json_of(alice_api.post('notes/', {'text': 'Mine', 'card': dana}), 201)['id']}/"
    problem_of(bob_api.patch(path, {"text": "x"}), 403)
    problem_of(bob_api.delete(path), 403)


@pytest.mark.parametrize(
    "card", [{"type": "contact", "id": "0"}, {"type": "mailbox", "id": "1"}, {"type": "contact"}, "contact", None]
)
def test_a_card_that_is_none_is_refused(alice_api: ApiClient, card: object) -> None:
    problem_of(alice_api.post("notes/", {"text": "x", "card": card}), 400)


def test_a_note_stays_on_its_card(alice_api: ApiClient, dana: dict[str, str]) -> None:
    other = {"type": "contact", "id": json_of(alice_api.post("contacts/", {"first_name": "Eve"}), 201)["id"]}
    path = f"notes/{json_of(alice_api.post('notes/', {'text': 'x', 'card': dana}), 201)['id']}/"
    problem_of(alice_api.patch(path, {"card": other}), 400)


def test_another_account_is_refused(alice_api: ApiClient, charlie: Membership, dana: dict[str, str]) -> None:
    note = json_of(alice_api.post("notes/", {"text": "x", "card": dana}), 201)
    stranger = ApiClient(charlie)
    problem_of(stranger.get(f"notes/{note['id']}/"), 404)
    problem_of(stranger.post("notes/", {"text": "x", "card": dana}), 400)
    assert json_of(stranger.get("notes/"))["results"] == []
