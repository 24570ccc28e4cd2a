"""Mail of people without a card, in a mailbox that leaves it on the mail server."""

from __future__ import annotations

import pytest
from django.utils import timezone

from accounts.models import Membership
from crm.companies import CompanyValues, write_company
from crm.contacts import ContactValues, create_contact
from crm.models import Store
from mailboxes.models import Mailbox
from outbox.models import OutgoingMail
from tests.conftest import MakeMailbox
from tests.sync.conftest import USER, Office
from tests.sync.letters import CLIENT, letter
from threads.ledger_report import ledger_of
from threads.models import Folder, FolderEntry, Message

STRANGER = "stranger@elsewhere.example"
Outcome = FolderEntry.Outcome
pytestmark = pytest.mark.rule("R12")


@pytest.fixture
def strict(settled_office: Office) -> Office:
    """Four letters are here, three of them from Carol, who has no card; from now on strangers' letters are left out."""
    Mailbox.objects.update(unmatched=Mailbox.Unmatched.SKIP)
    settled_office.mailbox.refresh_from_db()
    return settled_office


def deliver(office: Office, raw: bytes, folder: str = "INBOX") -> str:
    """What became of it."""
    uid = office.server.deliver(USER, raw, folder)
    office.visit()
    return office.outcomes(Folder.Role.SENT if folder == "Sent" else Folder.Role.INBOX)[uid]


def answering(raw: bytes, message_id: str) -> bytes:
    return raw.replace(b"Subject:", f"In-Reply-To: <{message_id}>\r\nSubject:".encode(), 1)


@pytest.mark.rule("G13")
def test_a_strangers_letter_leaves_nothing_but_its_place(strict: Office) -> None:
    assert deliver(strict, letter(10, sender=STRANGER)) == Outcome.UNMATCHED
    assert not Message.objects.filter(from_address=STRANGER).exists()
    inbox = ledger_of(strict.mailbox)[0]
    assert [(skipped.reason, skipped.count) for skipped in inbox.skipped] == [("unmatched", 1)]
    assert inbox.agrees
    strict.visit()
    assert strict.commands() == ["open", "folder_statuses"]  # it is not asked for again


def test_by_default_strangers_are_stored(settled_office: Office) -> None:
    assert deliver(settled_office, letter(10, sender=STRANGER)) == Outcome.IMPORTED


@pytest.mark.parametrize(
    ("sender", "to"),
    [("Dana <DANA@Client.Example>", USER), (STRANGER, f"{USER}, dana@client.example"), (USER, "dana@client.example")],
)
def test_one_person_with_a_card_is_enough(strict: Office, sender: str, to: str) -> None:
    create_contact(ContactValues(first_name="Dana", emails=["dana@client.example"]))
    assert deliver(strict, letter(10, sender=sender, to=to)) == Outcome.IMPORTED


@pytest.mark.rule("A08")
def test_letters_among_ourselves_are_not_those_of_strangers(strict: Office) -> None:
    assert deliver(strict, letter(10, sender="alice@acme.example")) == Outcome.IMPORTED


def test_answers_to_what_is_here_come_whoever_wrote_them(strict: Office) -> None:
    known = Message.objects.filter(mailbox=strict.mailbox).values_list("message_id_header", flat=True)[0]
    assert deliver(strict, answering(letter(10, sender=STRANGER, subject="New"), known)) == Outcome.IMPORTED
    assert deliver(strict, answering(letter(11, sender="x@y.example"), "nobody@knows.example")) == Outcome.UNMATCHED


def test_a_conversation_that_is_here_goes_on(strict: Office) -> None:
    assert deliver(strict, letter(10, sender=CLIENT, subject="Re: Order 1")) == Outcome.IMPORTED
    assert deliver(strict, letter(11, sender=CLIENT, subject="Something new")) == Outcome.UNMATCHED


@pytest.mark.rule("K14")
def test_letters_sent_to_strangers_from_elsewhere_are_left_out_too(strict: Office) -> None:
    create_contact(ContactValues(first_name="Dana", emails=["dana@client.example"]))
    assert deliver(strict, letter(10, sender=USER, to=STRANGER), "Sent") == Outcome.UNMATCHED
    assert deliver(strict, letter(11, sender=USER, to="dana@client.example"), "Sent") == Outcome.IMPORTED


def test_a_batch_of_both_is_told_apart(strict: Office) -> None:
    create_contact(ContactValues(first_name="Dana", emails=["dana@client.example"]))
    uids = [
        strict.server.deliver(USER, letter(number, sender=STRANGER if number % 2 else "dana@client.example"))
        for number in range(20, 50)
    ]
    strict.visit()
    outcomes = strict.outcomes()
    assert [outcomes[uid] for uid in uids] == [Outcome.IMPORTED, Outcome.UNMATCHED] * 15


@pytest.mark.rule("K10", "G13")
def test_the_first_import_leaves_them_out_as_well(office: Office) -> None:
    Mailbox.objects.update(unmatched=Mailbox.Unmatched.SKIP)
    create_contact(ContactValues(first_name="Carol", emails=[CLIENT]))
    office.deliver(1)
    office.server.deliver(USER, letter(2, sender=STRANGER))
    office.visit()
    assert sorted(office.outcomes().values()) == [Outcome.IMPORTED, Outcome.UNMATCHED]
    assert (office.mailbox.import_done, office.mailbox.import_total) == (2, 2)


@pytest.mark.rule("R07")
def test_answers_to_what_another_mailbox_carried_come_in(
    strict: Office, alice: Membership, make_mailbox: MakeMailbox
) -> None:
    carrier = make_mailbox("office@acme.example", owner=alice)
    for number, written_in in enumerate([strict.mailbox, None]):
        OutgoingMail.objects.create(
            mailbox=carrier,
            answers_to=written_in,
            author=alice,
            message_id_header=f"{number}@acme.example",
            due_at=timezone.now(),
        )
    assert deliver(strict, answering(letter(10, sender=STRANGER), "0@acme.example")) == Outcome.IMPORTED
    assert deliver(strict, answering(letter(11, sender="x@y.example"), "1@acme.example")) == Outcome.UNMATCHED


@pytest.mark.rule("R08")
def test_an_address_of_a_company_is_on_a_card(strict: Office) -> None:
    write_company(CompanyValues("Firm", emails=["Info@Firm.Example"]))
    assert deliver(strict, letter(10, sender="info@firm.example")) == Outcome.IMPORTED


@pytest.mark.rule("R09")
def test_contacts_of_other_stores_are_strangers_to_the_mailbox_of_a_store(strict: Office) -> None:
    stores = {name: Store.objects.create(name=name) for name in ("Ours", "Theirs")}
    for name, store in {**stores, "None": None}.items():
        create_contact(ContactValues(name, emails=[f"{name}@client.example"], store=store))
    Mailbox.objects.filter(pk=strict.mailbox.pk).update(store=stores["Ours"])
    assert deliver(strict, letter(10, sender="ours@client.example")) == Outcome.IMPORTED
    assert deliver(strict, letter(11, sender="none@client.example")) == Outcome.IMPORTED
    assert deliver(strict, letter(12, sender="theirs@client.example")) == Outcome.UNMATCHED
