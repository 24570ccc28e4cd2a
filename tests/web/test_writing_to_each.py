"""From ticked rows to the composer: a draft to each of their people."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from django.test import Client
from pytest_django import Settings

from accounts.models import Account, Membership
from crm.contacts import ContactValues, create_contact
from crm.models import Contact
from letter_templates.models import Template
from mailboxes.models import Mailbox
from outbox.models import Draft, OutgoingMail
from outbox.writing_to_each import MOST
from tests.conftest import MakeMailbox
from tests.threads.builders import SALES
from tests.web.compose_state import Script, letter, state_of

pytestmark = pytest.mark.rule("M10", "M12")
SignIn = Callable[[Membership], Client]


@pytest.fixture
def sales(in_account: Account, alice: Membership, make_mailbox: MakeMailbox) -> Mailbox:
    return make_mailbox(SALES, account_of=alice)


@pytest.fixture
def people(sales: Mailbox) -> list[int]:
    """The last one has no address."""
    made = [create_contact(ContactValues(name, emails=[f"{name.lower()}@client.example"])) for name in ("Ana", "Ben")]
    return [*(one.pk for one in made), create_contact(ContactValues("Cleo")).pk]


@pytest.fixture
def script(signed_in: SignIn, alice: Membership) -> Script:
    return Script(signed_in(alice), alice)


def chosen(people: list[int]) -> list[dict[str, int | None]]:
    return [{"contact": one, "lead": None} for one in people]


def test_the_composer_opens_with_them(script: Script, people: list[int]) -> None:
    answer = script.client.post("/cards/contact/write/", {"ids": people})
    draft = Draft.objects.get()
    assert answer["Location"] == f"/mail/inbox/?compose=&draft={draft.pk}"
    page = script.client.get("/mail/compose/", {"draft": draft.pk}).content.decode()
    assert state_of(page)["fields"]["to_each"] == chosen(people)
    assert "data-each" in page
    assert "cc_typing" not in page
    shown = script.post("/mail/compose/each/", {"to_each": chosen(people)}).content.decode()
    assert "To each of 2 people" in shown
    assert "No address" in shown
    assert script.post("/mail/compose/each/", {"to_each": [{"contact": "x"}]}).status_code == 400
    assert "To each of 3 people" in script.client.get("/mail/drafts/").content.decode()


def test_nobody_to_write_to_and_too_many_are_said(script: Script, people: list[int]) -> None:
    assert "takes mail" in script.client.post("/cards/contact/write/", {"ids": people[2:]})["HX-Trigger"]
    Contact.objects.bulk_create(Contact(name=f"Person {number}") for number in range(MOST))
    page = script.client.post("/cards/contact/write/", {"all": "1"}).content.decode()
    assert f"At most {MOST} people" in page
    assert "/mailings/new/contact/" in page
    assert not Draft.objects.exists()


def test_a_template_leaves_its_people(script: Script, people: list[int], sales: Mailbox) -> None:
    script.post("/mail/compose/templates/save/", {"name": "Offer", "letter": letter()})
    address = f"/mail/compose/templates/{Template.objects.get().pk}/"
    taken = script.post(address, letter(to=[], to_each=chosen(people))).json()
    assert (taken["fields"]["to"], taken["message"]) == ([], "")


@pytest.mark.rule("M20", "G04")
def test_it_is_sent_and_taken_back_as_one(
    script: Script, people: list[int], sales: Mailbox, signed_in: SignIn, bob: Membership, settings: Settings
) -> None:
    settings.UNDO_SECONDS = 10
    typed = letter(sender=str(sales.pk), to=[], to_each=chosen(people), body="<p>{{ contact.first_name }}</p>")
    made = script.post("/mail/drafts/new/", typed).json()
    answer = script.post(made["urls"]["send"], version=made["version"])
    assert "2 letters are on their way" in answer["HX-Trigger"]
    assert f"/mail/drafts/{made['id']}/undo/" in answer["HX-Trigger"]
    assert OutgoingMail.objects.count() == 2
    undo = f"/mail/drafts/{made['id']}/undo/"
    assert signed_in(bob).post(undo).status_code == 404
    script.client = signed_in(script.member)
    assert f'"draft": {made["id"]}' in script.client.post(undo)["HX-Trigger"]
    assert {mail.state for mail in OutgoingMail.objects.all()} == {OutgoingMail.State.CANCELED}


@pytest.mark.rule("M18")
def test_the_preview_is_one_persons(script: Script, people: list[int], sales: Mailbox) -> None:
    fields = letter(sender=str(sales.pk), to=[], to_each=chosen(people), subject="For {{ contact.first_name }}")
    for person, words in (("", "For Ana"), (people[1], "For Ben")):
        page = script.client.post("/mail/compose/preview/", {"fields": json.dumps(fields), "person": person})
        assert words in page.content.decode()
    values = script.post("/mail/compose/fields/", fields).content.decode()
    assert "Ana" in values
