"""A mailing of 10,000 prepared: recipients, checks, start; against one INSERT ... SELECT of the same rows."""

from __future__ import annotations

import time
from collections.abc import Iterator

from accounts.tenancy import tenant
from bench import product
from bench.measuring import Samples, interleave
from bench.stage import Stage
from crm.models import Contact, ContactEmail
from mailboxes.models import Mailbox
from outbox.mailing_recipients import Selection
from outbox.mailing_running import start_mailing
from outbox.mailings import MailingValues, create_mailing
from outbox.models import MailingRecipient
from threads.sql import run

BODY = '<p>Dear {{contact.first_name}}, {{company.name}}</p><p><a href="{unsubscribelink}">Unsubscribe</a></p>'
SAME_ROWS = """
INSERT INTO outbox_mailingrecipient
  (account_id, mailing_id, contact_id, lead_id, name, address, email_key, state, reason)
SELECT account_id, mailing_id, contact_id, lead_id, name, address, email_key, state, reason
FROM outbox_mailingrecipient WHERE mailing_id = %s
"""


def mailing(stage: Stage) -> Iterator[Samples]:
    people = stage.number(10_000)
    product.clear_everything()
    account_id = product.new_account("mailing", with_contacts=False)
    with tenant(account_id):
        mailbox = _new_mailbox()
        _make_people(people)
    product.vacuum()
    with tenant(account_id):
        _ours(mailbox)  # caches are warm, and the process that renders has started
        ours, theirs = interleave(lambda: _ours(mailbox), lambda: _theirs(mailbox), repetitions=stage.repetitions(9))
    yield Samples("mailing", ours, theirs, {"people": people})


def _ours(mailbox: Mailbox) -> float:
    """From the filter of a list to a mailing that has started; the DNS is not asked again."""
    values = MailingValues("Bench", mailbox_id=mailbox.pk, subject="News", format="visual", body=BODY)
    began = time.perf_counter()
    made = create_mailing(product.only_member(), Selection("contact", query=""), values)
    start_mailing(product.only_member(), made.pk, is_confirmed=True)
    took = time.perf_counter() - began
    made.delete()
    return took


def _theirs(mailbox: Mailbox) -> float:
    """The rows of another mailing, copied."""
    values = MailingValues("Bench", mailbox_id=mailbox.pk)
    made = create_mailing(product.only_member(), Selection("contact", query=""), values)
    ids = list(made.recipients.values_list("pk", flat=True))
    MailingRecipient.objects.filter(pk__in=ids).update(state="skipped")  # an address stands once among the others
    began = time.perf_counter()
    run(SAME_ROWS, [made.pk])
    took = time.perf_counter() - began
    made.delete()
    return took


def _new_mailbox() -> Mailbox:
    return Mailbox.objects.create(
        address="news@bench.example", address_key="news@bench.example", kind=Mailbox.Kind.PERSONAL,
        owner=product.only_member(), smtp_host="localhost", state=Mailbox.State.SYNCED,
    )  # fmt: skip


def _make_people(count: int) -> None:
    people = Contact.objects.bulk_create(
        (Contact(first_name=f"First{number}", name=f"First{number} Last") for number in range(count)), batch_size=5000
    )
    addresses = [f"person{number}@client{number % 997}.example" for number in range(count)]
    ContactEmail.objects.bulk_create(
        (
            ContactEmail(contact=one, email=address, email_key=address)
            for one, address in zip(people, addresses, strict=True)
        ),
        batch_size=5000,
    )
