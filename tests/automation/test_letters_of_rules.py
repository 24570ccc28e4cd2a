"""From whom, and in whose name, a rule sends a letter (M41, M69)."""

from __future__ import annotations

from typing import Any

import pytest

from accounts.models import Account, Membership
from automation.dry_run import dry_run
from automation.errors import LetterNotSent
from automation.letters import RuleLetter, send_template_letter
from automation.reasons import Reason
from crm.models import Contact
from letter_templates.models import Template
from mailboxes.models import Mailbox
from outbox.models import OutgoingMail, Suppression
from outbox.suppression import set_unsubscribed
from tests.automation.letters import make_trigger
from tests.automation.stages import make_person, make_template
from tests.conftest import MakeMailbox

pytestmark = pytest.mark.rule("M41")


@pytest.fixture
def ann(in_account: Account, bob: Membership) -> Contact:
    """Bob looks after her."""
    contact = make_person("Ann", "ann@client.example")
    contact.responsible = bob
    contact.save()
    return contact


@pytest.fixture
def bobs(bob: Membership, make_mailbox: MakeMailbox) -> Mailbox:
    """His own, shared with nobody."""
    return make_mailbox("bob@acme.example", owner=bob)


def send(template: Template, ann: Contact, **values: Any) -> OutgoingMail:
    return send_template_letter(RuleLetter(template, [ann], **values))


def test_the_mailbox_of_the_template_in_the_name_of_whoever_may_send_from_it(
    alice: Membership, bob: Membership, ann: Contact, sales: Mailbox, bobs: Mailbox
) -> None:
    template = make_template(bob)
    Template.objects.update(from_mailbox=bobs)
    template.refresh_from_db()
    made = send(template, ann, member=alice)
    assert (made.mailbox, made.author) == (bobs, bob)
    assert send(template, ann, member=alice, mailbox=sales).author == alice


@pytest.mark.rule("K24", "K25")
def test_no_personal_one_of_who_shares_it_no_more(
    alice: Membership, bob: Membership, ann: Contact, sales: Mailbox, bobs: Mailbox
) -> None:
    """An administrator chose it, and could go on writing in its owner's name."""
    Mailbox.objects.filter(pk=bobs.pk).update(shared_with_admins=True)
    bobs.refresh_from_db()
    template = make_template(alice)
    Template.objects.update(from_mailbox=bobs)
    template.refresh_from_db()
    assert send(template, ann).mailbox == send(make_template(bob, "Of a stage"), ann, mailbox=bobs).mailbox == bobs
    Mailbox.objects.filter(pk=bobs.pk).update(shared_with_admins=False)
    bobs.refresh_from_db()
    template.refresh_from_db()
    assert send(template, ann).mailbox == sales
    assert send(make_template(bob, "Of a stage again"), ann, mailbox=bobs).mailbox == sales


def test_that_of_the_responsible_user(
    alice: Membership, bob: Membership, ann: Contact, sales: Mailbox, bobs: Mailbox
) -> None:
    template = make_template(alice, from_responsible=True)
    assert send(template, ann, member=alice).mailbox == bobs
    Contact.objects.update(responsible=None)
    ann.refresh_from_db()
    assert send(template, ann, member=alice).mailbox == sales


def test_that_of_the_letter_before(alice: Membership, bob: Membership, ann: Contact, bobs: Mailbox) -> None:
    before = send(make_template(bob, "First", from_mailbox_id=bobs.pk), ann, member=bob)
    assert (send(make_template(alice), ann, member=bob, after=before)).mailbox == bobs
    Membership.objects.filter(pk=bob.pk).update(is_active=False)
    gone, after = Membership.objects.get(pk=bob.pk), OutgoingMail.objects.get(pk=before.pk)
    with pytest.raises(LetterNotSent) as refused:
        send(make_template(alice, "Third"), Contact.objects.get(), member=gone, after=after)
    assert refused.value.reason == "no_sender"  # nobody else sends from his mailbox


def test_nobody_to_send_from_or_to(alice: Membership, bob: Membership, ann: Contact) -> None:
    template = make_template(alice)
    with pytest.raises(LetterNotSent) as refused:
        send(template, ann)
    assert refused.value.reason == "no_sender"
    with pytest.raises(LetterNotSent) as refused:
        send_template_letter(RuleLetter(template, [make_person("Tim")]))
    assert refused.value.reason == "no_address"


@pytest.mark.rule("M42")
def test_where_the_template_always_goes(alice: Membership, ann: Contact, sales: Mailbox) -> None:
    made = send(make_template(alice, send_to="office@acme.example"), ann)
    assert [row.address for row in made.recipients.all()] == ["office@acme.example"]


def test_a_template_that_cannot_be_filled_in(alice: Membership, ann: Contact, sales: Mailbox) -> None:
    template = make_template(alice)
    Template.objects.update(subject="{{ lead.GONE }}")
    template.refresh_from_db()
    with pytest.raises(LetterNotSent) as refused:
        send(template, ann)
    assert (refused.value.reason, refused.value.detail) == ("letter_refused", {"part": "subject"})


def test_a_dry_run_sends_nothing(alice: Membership, ann: Contact, sales: Mailbox) -> None:
    trigger = make_trigger(alice, "mail", template=make_template(alice).pk)
    told = dry_run(alice, trigger, ann)
    assert (told.state, told.detail) == ("done", {"template": "Offer", "letters": 1})
    assert not OutgoingMail.objects.exists()


@pytest.mark.rule("M99", "G09")
def test_who_unsubscribed_gets_none_at_another_address_either(
    alice: Membership, sales: Mailbox, in_account: Account
) -> None:
    ann = make_person("Ann", "ann@client.example", "ann@home.example")
    Suppression.objects.create(email_key="ann@client.example", reason="bounced")
    template = make_template(alice)
    mail = send(template, ann, mailbox=sales)
    assert [row.address for row in mail.recipients.all()] == ["ann@home.example"]
    set_unsubscribed(alice, ["ann@client.example"], is_unsubscribed=True)
    with pytest.raises(LetterNotSent) as refused:
        send(template, ann, mailbox=sales)
    assert refused.value.reason == Reason.SUPPRESSED
