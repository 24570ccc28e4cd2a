"""Letters to <account>@ lie in the mailbox "Smart addresses" and on the cards of who takes part."""

from __future__ import annotations

import pytest

from accounts.models import Account, Membership
from crm.contacts import ContactValues, create_contact
from crm.models import Contact
from mailboxes.models import Mailbox
from mailkit.types import OutgoingAttachment
from smart_addresses.filing import file_letter
from smart_addresses.models import ArrivedLetter
from tests.smart_addresses.arrivals import address, arrive, take
from tests.threads.builders import Mail
from threads.attachment_store import open_file
from threads.models import CardLink, Message
from threads.raw_store import read_raw

FILE = OutgoingAttachment("offer.pdf", "application/pdf", b"%PDF-offer")
pytestmark = pytest.mark.usefixtures("in_account")


@pytest.mark.rule("K40", "K41")
def test_a_letter_is_filed_on_the_card_it_concerns(alice: Membership) -> None:
    anna = create_contact(ContactValues(first_name="Anna", emails=["anna@client.example"]))
    letter = arrive("filing", Mail("Offer", to="sales@partner.example", cc=address("filing")))
    assert (letter.state, letter.outcome) == ("done", "filed")
    assert letter.message is not None
    assert letter.message.mailbox.kind == Mailbox.Kind.SYSTEM
    assert letter.message.direction == Message.Direction.INCOMING
    assert CardLink.objects.filter(contact=anna, message=letter.message).exists()
    assert Contact.objects.count() == 1


@pytest.mark.rule("K42")
def test_a_letter_of_a_user_is_outgoing_and_its_client_is_the_recipient(alice: Membership) -> None:
    anna = create_contact(ContactValues(first_name="Anna", emails=["anna@client.example"]))
    letter = arrive("filing", Mail(sender=alice.user.email, to="anna@client.example"))
    assert letter.message is not None
    assert letter.message.direction == Message.Direction.OUTGOING
    assert letter.message.client_key == "anna@client.example"
    assert CardLink.objects.filter(contact=anna, message=letter.message).exists()


@pytest.mark.rule("K62")
def test_the_letter_and_its_files_are_kept_whole(alice: Membership) -> None:
    raw = Mail(files=(FILE,)).to_bytes()
    letter = arrive("filing", raw)
    assert letter.message is not None
    body = letter.message.bodies.get()
    assert body.raw_is_whole
    assert read_raw(body.raw_name) == raw
    (file,) = letter.message.attachments.all()
    with open_file(file.stored_name) as stored:
        assert stored.read() == FILE.content


@pytest.mark.rule("K34")
def test_smart_addresses_are_nobodys_client(alice: Membership) -> None:
    letter = arrive("contact", Mail(sender=alice.user.email, to=address("contact")))
    assert letter.outcome == "nobody"
    assert letter.message is not None
    assert letter.message.client_key == ""
    assert not Contact.objects.exists()


def test_the_same_letter_to_two_addresses_lies_there_once(alice: Membership) -> None:
    mail = Mail(cc=f"{address('contact')}, {address('lead')}")
    first, second = arrive("contact", mail), arrive("lead", mail)
    assert first.message_id == second.message_id is not None
    assert Message.objects.count() == 1


@pytest.mark.rule("G14")
def test_what_cannot_be_filed_again_and_again_is_kept_aside(alice: Membership) -> None:
    letter_id = take("filing", Mail())
    ArrivedLetter.objects.filter(pk=letter_id).update(attempts=12)
    file_letter(letter_id)
    letter = ArrivedLetter.objects.get(pk=letter_id)
    assert (letter.state, letter.outcome) == ("unreadable", "gave_up")
    assert read_raw(letter.raw_name)


def test_a_former_address_of_ours_is_no_client(account: Account, alice: Membership) -> None:
    account.former_slugs.create(slug="ancient")
    letter = arrive("lead", Mail(sender=alice.user.email, to="ancient@in.example", cc=address("lead")))
    assert letter.outcome == "nobody"
