"""`form-answers/`: what clients filled in (M126)."""

from __future__ import annotations

import pytest

from accounts.models import Membership
from crm.contacts import ContactValues, create_contact
from pages.models import FormAnswer
from tests.api.client import ApiClient
from tests.conftest import MakeMailbox
from tests.pages.forms import FormLetter, make_fields, post, send_form

pytestmark = pytest.mark.django_db


@pytest.fixture
def letter(alice: Membership, in_account: None, make_mailbox: MakeMailbox) -> FormLetter:
    make_fields(alice)
    letter = send_form(alice, make_mailbox("alice@acme.example", owner=alice))
    post(letter.form_url, {"lead[620111]": "Ring", "lead[81]": "x"})
    return letter


@pytest.mark.rule("M126")
def test_an_answer_says_what_was_written_and_what_not(letter: FormLetter, alice_api: ApiClient) -> None:
    (answer,) = alice_api.get("form-answers/").json()["results"]
    assert answer["written"] == {"lead": [620111]}
    assert answer["refused"] == [{"name": "lead[81]", "reason": "not_in_form", "detail": "The form has no such field."}]
    assert answer["lead"] == str(letter.lead.pk)
    assert answer["mail"] == str(letter.mail.pk)
    assert answer["note"] == str(letter.lead.notes.get().pk)
    assert alice_api.get(f"form-answers/{answer['id']}/").json() == answer


def test_answers_are_found_by_card_and_letter(letter: FormLetter, alice_api: ApiClient) -> None:
    other = create_contact(ContactValues("Other"))
    for name, found in (("contact", letter.contact.pk), ("lead", letter.lead.pk), ("mail", letter.mail.pk)):
        assert len(alice_api.get(f"form-answers/?{name}={found}").json()["results"]) == 1
    assert alice_api.get(f"form-answers/?contact={other.pk}").json()["results"] == []


@pytest.mark.rule("K23")
def test_a_colleague_does_not_learn_which_letter_it_was(letter: FormLetter, bob_api: ApiClient) -> None:
    (answer,) = bob_api.get("form-answers/").json()["results"]
    assert answer["mail"] is None
    assert bob_api.get(f"form-answers/?mail={letter.mail.pk}").json()["results"] == []


@pytest.mark.rule("G10")
def test_another_account_finds_nothing(letter: FormLetter, charlie_api: ApiClient) -> None:
    assert charlie_api.get("form-answers/").json()["results"] == []
    assert charlie_api.get(f"form-answers/{FormAnswer.objects.get().pk}/").status_code == 404
