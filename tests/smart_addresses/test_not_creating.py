"""Letters that are kept, but make nothing."""

from __future__ import annotations

import pytest

from accounts.models import Account, Membership
from crm.models import Contact, ContactEmail
from smart_addresses.models import ArrivedLetter
from smart_addresses.senders import sender_rule
from tests.smart_addresses.arrivals import address, arrive
from tests.threads.builders import Mail

pytestmark = pytest.mark.usefixtures("in_account")


def outcome_of(letter: ArrivedLetter) -> str:
    """It lies in the mailbox, whatever it is."""
    assert letter.message is not None
    return letter.outcome


def with_header(mail: Mail, line: str) -> bytes:
    return line.encode() + b"\r\n" + mail.to_bytes()


@pytest.mark.rule("K45")
def test_a_hidden_copy_makes_nothing(alice: Membership) -> None:
    assert outcome_of(arrive("contact", Mail(to="boris@other.example"))) == "hidden_copy"
    assert not Contact.objects.exists()


@pytest.mark.rule("K45")
def test_a_hidden_copy_makes_cards_where_the_account_wants_it(account: Account) -> None:
    Account.objects.filter(pk=account.pk).update(smart_bcc_creates=True)
    assert outcome_of(arrive("contact", Mail(to="boris@other.example"))) == "created"
    assert Contact.objects.count() == 2


@pytest.mark.parametrize(
    "line",
    [
        "Auto-Submitted: auto-replied", "Precedence: bulk", "List-Id: <news.example>", "X-Autoreply: yes",
        "List-Unsubscribe: <https://news.example/>", "X-Loop: desk@client.example", "Return-Path: <>",
        "Precedence: auto-reply", "X-Autoreply-From: anna@client.example", "X-Mail-Autoreply: yes",
        "X-FC-MachineGenerated: true",
    ],
)  # fmt: skip
def test_programs_make_nothing(alice: Membership, line: str) -> None:
    assert outcome_of(arrive("lead", with_header(Mail(to=address("lead")), line))) == "automatic"
    assert not Contact.objects.exists()


@pytest.mark.rule("G03")
@pytest.mark.parametrize(
    "name",
    [
        "mailer-daemon", "postmaster", "no-reply", "DoNotReply+7", "bounces", "forwarding-noreply", "do_not_reply",
        "drive-shares-dm-noreply", "ne-pas-repondre", "no_responder", "news.nicht-antworten", "no-reply-7f3a",
    ],
)  # fmt: skip
def test_senders_whom_nobody_can_answer_make_nothing(alice: Membership, name: str) -> None:
    assert outcome_of(arrive("lead", Mail(sender=f"{name}@client.example", to=address("lead")))) == "automatic"
    assert not Contact.objects.exists()


@pytest.mark.rule("K43")
@pytest.mark.parametrize("name", ["noreplyson", "nora.reply", "arno.reply", "piano.responder", "bounced"])
def test_people_whose_addresses_only_look_alike_get_cards(alice: Membership, name: str) -> None:
    assert outcome_of(arrive("contact", Mail(sender=f"{name}@client.example", to=address("contact")))) == "created"


@pytest.mark.rule("K43")
def test_a_program_may_write_to_a_client(alice: Membership) -> None:
    order = Mail("Your order", sender="Shop <no-reply@shop.example>", to="boris@other.example", cc=address("lead"))
    assert outcome_of(arrive("lead", order)) == "created"
    assert [row.email for row in ContactEmail.objects.all()] == ["boris@other.example"]


def test_bounces_make_nothing(alice: Membership) -> None:
    assert outcome_of(arrive("contact", Mail(to=address("contact")), mail_from="")) == "automatic"


def test_a_letter_that_went_round_in_circles_makes_nothing(alice: Membership) -> None:
    hops = "\r\n".join(f"Received: from mx{n}.example" for n in range(31))
    assert outcome_of(arrive("contact", with_header(Mail(to=address("contact")), hops))) == "loop"


@pytest.mark.rule("G03")
def test_only_users_may_write_where_the_account_wants_it(account: Account, alice: Membership) -> None:
    Account.objects.filter(pk=account.pk).update(smart_senders="users")
    assert outcome_of(arrive("contact", Mail(to=address("contact")))) == "sender_not_allowed"
    own = Mail(sender=alice.user.email, to="anna@client.example", cc=address("contact"))
    assert outcome_of(arrive("contact", own, dmarc="fail")) == "sender_not_verified"
    assert not Contact.objects.exists()
    again = Mail(sender=alice.user.email, to="anna@client.example", cc=address("contact"))
    assert outcome_of(arrive("contact", again)) == "created"


@pytest.mark.rule("G03")
def test_the_list_holds_addresses_and_domains(account: Account, alice: Membership) -> None:
    Account.objects.filter(pk=account.pk).update(
        smart_senders="allowed", smart_allowed=["client.example", "b@other.example"]
    )
    assert outcome_of(arrive("contact", Mail(sender="a@deep.client.example", to=address("contact")))) == "created"
    assert outcome_of(arrive("contact", Mail(sender="b@other.example", to=address("contact")))) == "created"
    assert outcome_of(arrive("contact", Mail(sender="c@other.example", to=address("contact")))) == "sender_not_allowed"
    assert outcome_of(arrive("contact", Mail(sender="d@notclient.example", to=address("contact")))) != "created"


@pytest.mark.rule("G03")
def test_a_stranger_may_be_refused_before_the_letter_is_taken(account: Account, alice: Membership) -> None:
    assert not sender_rule().refuses(mail_from="x@y.example", header_from="x@y.example")
    Account.objects.filter(pk=account.pk).update(smart_senders="users")
    assert sender_rule().refuses(mail_from="x@y.example", header_from="x@y.example")
    assert not sender_rule().refuses(mail_from="x@y.example", header_from=alice.user.email)
    assert not sender_rule().refuses(mail_from=alice.user.email, header_from="x@y.example")


def test_anyone_may_write_unverified_and_that_is_noted(alice: Membership) -> None:
    letter = arrive("contact", Mail(to=address("contact")), dmarc="fail")
    assert outcome_of(letter) == "created"
    assert not letter.is_verified
