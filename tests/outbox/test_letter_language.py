"""Numbers, dates and switches in a letter stand in the account's language: for who looks at it before, and for the
worker that makes it, which has no language of its own (M18). What is wrong with a letter is said in its author's.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.utils import translation

from accounts.models import Account, Membership, User
from crm.contacts import ContactValues, create_contact
from crm.custom_fields import FieldValues, create_field, delete_field
from crm.models import Lead, Pipeline, Stage
from mailboxes.models import Mailbox
from mailkit.mime_reader import parse_message
from outbox.attempts import attempt
from outbox.composing import freeze
from outbox.drafts import DraftFields
from outbox.line import Line
from outbox.models import OutgoingMail
from outbox.previewing import preview
from tests.outbox.conftest import Queue
from tests.outbox.test_signatures import again, leased

TEXT = "{{ lead.price }} / {{ lead.DAY }} / {% if lead.VIP == 'Да' %}{{ lead.VIP }}{% else %}?{% endif %}"
FILLED = "1\xa0200,50 / 1 мая 2026 г. / Да"


@pytest.fixture
def russians(alice: Membership) -> Membership:
    """Alice reads Spanish and works in a Russian account."""
    Account.objects.filter(pk=alice.account.pk).update(language="ru")
    User.objects.filter(email=alice.user.email).update(language="es")
    return Membership.objects.select_related("account", "user").get(pk=alice.pk)


@pytest.fixture
def lead(russians: Membership) -> Lead:
    day = create_field(russians, FieldValues("lead", "Day", "date", code="DAY"))
    vip = create_field(russians, FieldValues("lead", "Important", "switch", code="VIP"))
    values = {str(day.number): date(2026, 5, 1).isoformat(), str(vip.number): True}
    stage = Stage.objects.create(pipeline=Pipeline.objects.create(name="Sales"), name="New")
    return Lead.objects.create(name="Chairs", stage=stage, price=Decimal("1200.50"), custom_values=values)


def sent(queue: Queue, lead: Lead, text: str) -> str:
    return parse_message(freeze(again(queue(text=text, lead_id=lead.pk, merge_fields=True)))).text.strip()


@pytest.mark.rule("M18", "K52")
def test_a_letter_goes_out_as_its_preview_showed_it(
    queue: Queue, russians: Membership, alices: Mailbox, lead: Lead
) -> None:
    fields = DraftFields(mailbox_id=alices.pk, format="text", body=TEXT, lead_id=lead.pk, with_signature=False)
    with translation.override("es"):
        shown = preview(russians, fields).text.strip()
    assert (shown, sent(queue, lead, TEXT)) == (FILLED, FILLED)


@pytest.mark.rule("M48", "R03")
def test_so_does_what_the_signature_says_of_the_mailbox(queue: Queue, russians: Membership, alices: Mailbox) -> None:
    field = create_field(russians, FieldValues("mailbox", "Open at night", "switch", code="NIGHT"))
    Mailbox.objects.update(signature="{{ mailbox.NIGHT }}", custom_values={str(field.number): True})
    assert parse_message(freeze(again(queue(text="Hi")))).text.strip().endswith("Да")


@pytest.mark.rule("M90", "M94")
def test_a_fault_is_told_in_its_authors_language(queue: Queue, russians: Membership) -> None:
    field = create_field(russians, FieldValues("contact", "Club", "text", code="CLUB"))
    create_contact(ContactValues(first_name="Ann", emails=["ann@client.example"]))
    mail = queue(text="{{ contact.CLUB }}", merge_fields=True)
    delete_field(russians, field)
    attempt(leased(mail), Line())
    assert again(mail).error_code == "fields"
    assert again(mail).error_detail == "No existe el campo «contact.CLUB» (línea 1, columna 4)."


@pytest.mark.rule("M46", "M90")
def test_so_is_a_file_that_could_not_be_fetched(queue: Queue, russians: Membership) -> None:
    mail = queue(attachment_url="http://127.0.0.1/x.pdf")
    attempt(leased(mail), Line())
    failed = OutgoingMail.objects.get(pk=mail.pk)
    with translation.override("es"):
        words = translation.gettext("The server lies in a network that we do not connect to.")
    assert failed.error_detail == f"http://127.0.0.1/x.pdf: {words}"
