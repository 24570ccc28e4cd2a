"""Who lost the right to a mailbox sends nothing from it any more, whenever the letter was planned."""

from __future__ import annotations

import pytest

from accounts.models import Membership, Notice
from mailboxes.behavior import Choice, MailboxSettings, change_settings
from mailboxes.kinds import change_kind
from mailboxes.mail_access import set_mail_access
from mailboxes.models import Mailbox
from outbox.advice import advice_for
from outbox.delivery import deliver
from outbox.errors import WrongState
from outbox.models import OutgoingMail
from outbox.services import retry
from tests.conftest import MakeMailbox
from tests.outbox.conftest import Office, Queue


@pytest.fixture
def shared(alice: Membership, office: Office) -> Mailbox:
    change_kind(alice, office.mailbox.pk, Mailbox.Kind.SHARED)
    office.mailbox.refresh_from_db()
    return office.mailbox


def state_of(mail: OutgoingMail) -> tuple[str, str]:
    mail.refresh_from_db()
    return mail.state, mail.error_code


@pytest.mark.rule("K21")
def test_a_letter_of_who_lost_the_tick_is_not_sent(
    alice: Membership, bob: Membership, office: Office, shared: Mailbox, queue: Queue
) -> None:
    of_bob, of_alice = queue(bob, mailbox_id=shared.pk, subject="Bob's"), queue(mailbox_id=shared.pk)
    set_mail_access(alice, bob, all=False)
    deliver(shared.pk)
    assert state_of(of_bob) == ("failed", "no_right")
    assert state_of(of_alice)[0] == "sent"
    assert len(office.sink.letters) == 1
    assert Notice.objects.get(membership=bob).kind == "mail.failed"


@pytest.mark.rule("K21")
def test_it_goes_when_the_right_is_back_and_somebody_sends_it_again(
    alice: Membership, bob: Membership, office: Office, shared: Mailbox, queue: Queue
) -> None:
    mail = queue(bob, mailbox_id=shared.pk)
    set_mail_access(alice, bob, all=False)
    deliver(shared.pk)
    advice = advice_for(state_of(mail)[1])
    assert advice
    assert "give the right back" in str(advice.do)
    with pytest.raises(WrongState, match="may not send"):
        retry(alice, mail.pk)
    set_mail_access(alice, Membership.objects.get(pk=bob.pk), all=True)
    retry(alice, mail.pk)
    deliver(shared.pk)
    assert state_of(mail)[0] == "sent"
    assert len(office.sink.letters) == 1


@pytest.mark.rule("K25")
def test_nothing_goes_in_the_name_of_the_new_owner(
    alice: Membership, bob: Membership, office: Office, shared: Mailbox, queue: Queue
) -> None:
    mail = queue(mailbox_id=shared.pk)
    change_kind(alice, shared.pk, Mailbox.Kind.PERSONAL, bob)
    deliver(shared.pk)
    assert (state_of(mail), office.sink.letters) == (("failed", "no_right"), [])


@pytest.mark.rule("K24")
def test_who_shares_no_more_lends_no_more(
    alice: Membership, bob: Membership, office: Office, shared: Mailbox, queue: Queue
) -> None:
    change_kind(alice, shared.pk, Mailbox.Kind.PERSONAL, bob)
    change_settings(bob, shared.pk, MailboxSettings(shared_with_admins=True))
    mail = queue(mailbox_id=shared.pk)
    change_settings(bob, shared.pk, MailboxSettings(shared_with_admins=False))
    deliver(shared.pk)
    assert (state_of(mail), office.sink.letters) == (("failed", "no_right"), [])


@pytest.mark.rule("R07")
def test_nor_through_a_mailbox_that_only_carries_it(
    alice: Membership, bob: Membership, office: Office, shared: Mailbox, make_mailbox: MakeMailbox, queue: Queue
) -> None:
    own = make_mailbox("bob@acme.example", owner=bob)
    change_settings(bob, own.pk, MailboxSettings(outgoing_mailbox=Choice(shared.pk)))
    mail = queue(bob, mailbox_id=own.pk)
    assert mail.mailbox_id == shared.pk
    set_mail_access(alice, bob, all=False)
    deliver(shared.pk)
    assert (state_of(mail), office.sink.letters) == (("failed", "no_right"), [])
