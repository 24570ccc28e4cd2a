"""Notes, tags and tasks on the page of a card."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Account, Membership
from crm.contacts import ContactValues, create_contact
from crm.models import Contact, Note, Task
from crm.notes import create_note
from crm.tags import tags_of
from crm.task_types import list_types

SignIn = Callable[[Membership], Client]


@pytest.fixture
def anna(in_account: Account) -> Contact:
    return create_contact(ContactValues("Anna", "Petrova"))


def test_a_note_is_written_changed_and_deleted(signed_in: SignIn, bob: Membership, anna: Contact) -> None:
    client = signed_in(bob)
    answer = client.post(reverse("card_note_create", args=["contact", anna.pk]), {"text": " Likes tea \r\nmuch"})
    assert "card-changed" in answer.headers["HX-Trigger"]
    note = Note.objects.get()
    assert (note.text, note.author) == ("Likes tea \nmuch", bob)
    url = reverse("card_note", args=[note.pk])
    assert "<textarea" in client.get(url).content.decode()
    assert "<textarea" not in client.get(url, {"shown": ""}).content.decode()
    assert "Likes coffee" in client.post(url, {"text": "Likes coffee"}).content.decode()
    assert "Likes coffee" in client.get(reverse("card_note_delete", args=[note.pk])).content.decode()
    client.post(reverse("card_note_delete", args=[note.pk]))
    assert not Note.objects.exists()


@pytest.mark.parametrize("text", ["  ", "x" * 20_001])
def test_a_note_that_is_refused_stays_in_the_box(signed_in: SignIn, bob: Membership, anna: Contact, text: str) -> None:
    answer = signed_in(bob).post(reverse("card_note_create", args=["contact", anna.pk]), {"text": text})
    assert answer.status_code == 422
    assert text in answer.content.decode()
    assert not Note.objects.exists()


def test_anothers_note_is_changed_by_administrators_alone(
    signed_in: SignIn, alice: Membership, bob: Membership, charlie: Membership, anna: Contact
) -> None:
    note = create_note(anna, "Alice's", author=alice)
    url = reverse("card_note", args=[note.pk])
    assert signed_in(bob).post(url, {"text": "Bob's"}).status_code == 403
    assert signed_in(bob).post(reverse("card_note_delete", args=[note.pk])).status_code == 403
    assert signed_in(charlie).post(url, {"text": "Charlie's"}).status_code == 404
    bobs = create_note(anna, "Bob's", author=bob)
    assert signed_in(alice).post(reverse("card_note_delete", args=[bobs.pk])).status_code == 200
    assert [row.text for row in Note.objects.all()] == ["Alice's"]


def test_tags_are_added_and_taken_off(signed_in: SignIn, bob: Membership, anna: Contact) -> None:
    client, url = signed_in(bob), reverse("card_tags", args=["contact", anna.pk])
    client.post(url, {"add": "VIP"})
    shown = client.post(url, {"add": "it's <new>"}).content.decode()
    assert "it&#x27;s &lt;new&gt;" in shown
    client.post(url, {"remove": "VIP"})
    assert tags_of(Contact.objects.get(pk=anna.pk)) == ["it's <new>"]
    assert client.post(url, {"add": "x" * 61}).status_code == 422


def test_a_task_is_added_for_whoever_is_chosen(
    signed_in: SignIn, alice: Membership, bob: Membership, charlie: Membership, anna: Contact
) -> None:
    client, url = signed_in(bob), reverse("card_tasks", args=["contact", anna.pk])
    empty = client.get(url).content.decode()
    assert "Nothing to do." in empty
    assert f'<option value="{bob.pk}" selected>' in empty
    typed = {"text": "Ring her", "type": list_types()[0].pk, "due_at": "2030-01-02T10:00", "responsible": alice.pk}
    assert "Ring her" in client.post(url, typed).content.decode()
    task = Task.objects.get()
    assert (task.responsible, task.contact, task.created_by) == (alice, anna, bob)
    client.post(url, {**typed, "responsible": ""})
    assert Task.objects.latest("pk").responsible is None
    wrong = client.post(url, {**typed, "due_at": "someday"})
    assert wrong.status_code == 422
    assert 'value="Ring her"' in wrong.content.decode()
    assert signed_in(charlie).post(url, typed).status_code == 404
