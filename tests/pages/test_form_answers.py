"""What a client fills in stands on the cards, and in one note (M120-M127)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import Membership
from crm.companies import CompanyValues, write_company
from crm.leads import LeadValues, create_lead
from crm.models import Contact, Lead
from pages.models import FormAnswer
from tests.conftest import MakeMailbox
from tests.pages.forms import FormLetter, get, make_fields, post, send_form

pytestmark = pytest.mark.django_db

FILLED = {
    "lead[620105]": "Smart",
    "lead[620103][]": ["Cleaning", "Upgrade"],
    "lead[657261]": "Online",
    "lead[620109]": "1",
    "lead[620111]": "Ring\ntwice",
    "contact[11973]": "Ann Client",
    "field[Home address]": "Elm Street 1",
}
WRITTEN = {
    "620105": "Smart",
    "620103": ["Cleaning", "Upgrade"],
    "657261": "Online",
    "620109": True,
    "620111": "Ring\ntwice",
    "11973": "Ann Client",
    "77": "Elm Street 1",
}


@pytest.fixture
def letter(alice: Membership, in_account: None, make_mailbox: MakeMailbox) -> FormLetter:
    make_fields(alice)
    return send_form(alice, make_mailbox("alice@acme.example", owner=alice))


@pytest.mark.rule("M120", "M121", "M122", "M123")
@pytest.mark.parametrize("send", [post, get])
def test_the_manuals_form_fills_all_kinds_of_fields(letter: FormLetter, send: Callable[..., Any]) -> None:
    answer = send(letter.form_url, FILLED)
    assert (answer.status_code, "Thank you" in answer.text) == (200, True)
    assert letter.values() == WRITTEN


@pytest.mark.rule("M126")
def test_one_note_has_all_that_was_sent(letter: FormLetter) -> None:
    post(letter.form_url, {**FILLED, "lead[657261]": "Barter", "lead[81]": "smuggled", "utm": "x"})
    (note,) = letter.notes()
    for words in ("Device: Smart", "Service: Cleaning, Upgrade", "Home address: Elm Street 1"):
        assert words in note
    saved, refused = note.split("Not saved in a field:")
    assert "Barter" not in saved
    assert "Payment: Barter (The field does not take this value.)" in refused
    assert "lead[81]: smuggled (The form has no such field.)" in refused
    assert "utm: x" in refused
    assert "Order" not in note  # the subject of a letter is not for everybody who sees the card
    assert "81" not in letter.values()


@pytest.mark.rule("M125")
def test_filling_it_in_again_overwrites_what_is_not_empty(letter: FormLetter) -> None:
    post(letter.form_url, FILLED)
    post(letter.form_url, {"lead[620105]": "Laptop", "lead[620111]": " ", "contact[11973]": ""})
    assert letter.values() == {**WRITTEN, "620105": "Laptop"}
    assert len(letter.notes()) == 2


def test_a_second_click_is_no_second_answer(letter: FormLetter) -> None:
    for _ in range(2):
        assert post(letter.form_url, FILLED).status_code == 200
    assert (len(letter.notes()), FormAnswer.objects.count()) == (1, 1)


@pytest.mark.rule("M120", "M125")
def test_a_tab_that_a_browser_opens_anew_is_no_second_answer(letter: FormLetter) -> None:
    get(letter.form_url, FILLED)
    post(letter.form_url, {"lead[620111]": "filled in by a program", "leave_empty": "x"})
    FormAnswer.objects.update(created_at=timezone.now() - timedelta(days=1))
    Lead.objects.filter(pk=letter.lead.pk).update(custom_values={"620111": "mended by hand"})
    get(letter.form_url, FILLED)
    assert (letter.values()["620111"], len(letter.notes())) == ("mended by hand", 1)


@pytest.mark.rule("M125")
def test_what_is_sent_again_by_hand_is_a_second_answer(letter: FormLetter) -> None:
    get(letter.form_url, FILLED)
    get(letter.form_url, {"lead[620111]": "No"})
    get(letter.form_url, FILLED | {"lead[620111]": "Yes"})
    FormAnswer.objects.update(created_at=timezone.now() - timedelta(days=1))
    Lead.objects.filter(pk=letter.lead.pk).update(custom_values={})
    post(letter.form_url, FILLED | {"lead[620111]": "Yes"})
    assert (letter.values()["620111"], len(letter.notes())) == ("Yes", 4)


@pytest.mark.rule("M124")
def test_numbers_dates_and_boxes_are_read_as_people_write_them(letter: FormLetter) -> None:
    post(letter.form_url, {"lead[78]": "1 200,50", "lead[79]": "1.2.2027", "lead[620109]": "Delivery"})
    assert letter.values() == {"78": 1200.5, "79": "2027-02-01", "620109": True}


def test_ticks_that_are_no_choices_do_not_spoil_the_others(letter: FormLetter) -> None:
    post(letter.form_url, {"lead[620103][]": ["Upgrade", "Painting"]})
    assert letter.values() == {"620103": ["Upgrade"]}
    assert "Service: Painting (" in letter.notes()[0]


def test_a_field_without_a_card_or_without_a_row_stands_in_the_note(letter: FormLetter) -> None:
    post(letter.form_url, {"company[80]": "12", "lead[99]": "x"})
    assert letter.values() == {}
    assert "Size: 12 (There is no card for it.)" in letter.notes()[0]
    assert "lead[99]: x (The cards have no such field.)" in letter.notes()[0]


def test_the_company_of_the_client_is_filled_in(letter: FormLetter) -> None:
    company = write_company(CompanyValues("Client Ltd"))
    Contact.objects.filter(pk=letter.contact.pk).update(company=company)
    post(letter.form_url, {"company[80]": "12"})
    company.refresh_from_db()
    assert company.custom_values == {"80": 12}


def test_of_two_open_leads_none_is_meant(letter: FormLetter) -> None:
    create_lead(LeadValues("Another", contacts=[letter.contact]))
    post(letter.form_url, {"lead[620111]": "which?", "contact[11973]": "Ann"})
    assert letter.values() == {"11973": "Ann"}
    assert "Comment: which? (There is no card for it.)" in letter.contact.notes.get().text


def test_who_has_no_card_gets_one(letter: FormLetter) -> None:
    letter.lead.delete()
    letter.contact.delete()
    post(letter.form_url, {"contact[11973]": "Ann"})
    made = Contact.objects.get()
    assert (made.name, made.custom_values) == ("Ann", {"11973": "Ann"})
    assert made.notes.count() == 1
