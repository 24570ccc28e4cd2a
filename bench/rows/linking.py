"""Linking stored letters to a new address (G02), against one statement that inserts the same rows."""

from __future__ import annotations

import time
from collections.abc import Iterator

from accounts.tenancy import current_account_id, tenant
from bench import product
from bench.measuring import Samples, interleave
from bench.rows.storing import Place, read_batches
from bench.stage import Stage
from crm.contacts import ContactValues, create_contact
from crm.models import Contact
from threads.models import CardLink
from threads.sql import run

ADDRESS = "linked@bench.example"
TAKES_PART = """
INSERT INTO threads_participant (account_id, message_id, role, position, email, email_key, name)
SELECT account_id, id, 'cc', 99, %s, %s, '' FROM threads_message WHERE mailbox_id = %s
"""
SAME_ROWS = """
INSERT INTO threads_cardlink (account_id, contact_id, message_id, received_at)
SELECT account_id, %s, id, received_at FROM threads_message WHERE mailbox_id = %s
"""


def linking(stage: Stage) -> Iterator[Samples]:
    batches = read_batches(stage, stage.number(10_000))
    product.clear_everything()
    place = Place.new(stage)
    with tenant(place.mailbox.account_id):
        for letters in batches:
            place.file(place.prepare(letters))
        run(TAKES_PART, [ADDRESS, ADDRESS, place.mailbox.pk])
    product.vacuum()
    with tenant(place.mailbox.account_id):
        _ours()  # caches are warm
        ours, theirs = interleave(_ours, lambda: _theirs(place.mailbox.pk), repetitions=stage.repetitions(9))
    yield Samples("linking", ours, theirs, {"letters": sum(map(len, batches))})


def _ours() -> float:
    """The contact, its address, the line on its card, and the links."""
    began = time.perf_counter()
    contact = create_contact(ContactValues(emails=[ADDRESS]))
    took = time.perf_counter() - began
    _take_away(contact)
    return took


def _theirs(mailbox_id: int) -> float:
    contact = Contact.objects.create(name="Bench", account_id=current_account_id())
    began = time.perf_counter()
    run(SAME_ROWS, [contact.pk, mailbox_id])
    took = time.perf_counter() - began
    _take_away(contact)
    return took


def _take_away(contact: Contact) -> None:
    if not CardLink.objects.filter(contact=contact).exists():
        raise RuntimeError("nothing was linked")
    CardLink.objects.filter(contact=contact).delete()
    contact.delete()
