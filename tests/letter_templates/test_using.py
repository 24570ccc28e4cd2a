"""A template in use: what a letter takes from it, who sends it, and where it goes."""

from __future__ import annotations

from dataclasses import replace

import pytest

from accounts.models import Account, Membership
from crm.models import Contact
from letter_templates.errors import TemplateNotFound, TemplateUnusable
from letter_templates.requests import TemplateFields
from letter_templates.services import create_template, resolve_send_to, resolve_sender, use_template
from mailboxes.models import Mailbox
from tests.conftest import MakeMailbox

PLAIN = TemplateFields(name="Offer", subject="Hi {{contact.name}}", body="Text", format="text", is_public=True)


def make_default(mailbox: Mailbox) -> None:
    mailbox.is_account_default = True
    mailbox.save(update_fields=["is_account_default"])


@pytest.mark.rule("M48", "M49")
@pytest.mark.usefixtures("in_account")
def test_a_letter_takes_the_words_with_their_fields(alice: Membership, bob: Membership) -> None:
    made = create_template(alice, replace(PLAIN, without_signature=True))
    parts = use_template(bob, made.pk)
    assert (parts.subject, parts.body, parts.format) == ("Hi {{contact.name}}", "Text", "text")
    assert (parts.with_signature, parts.mailbox_id, parts.files) == (False, None, ())
    hidden = create_template(alice, replace(PLAIN, is_public=False))
    with pytest.raises(TemplateNotFound):
        use_template(bob, hidden.pk)


@pytest.mark.rule("M41")
@pytest.mark.usefixtures("in_account")
def test_it_comes_from_the_mailbox_it_names(alice: Membership, bob: Membership, make_mailbox: MakeMailbox) -> None:
    named = make_mailbox("offers@acme.example", account_of=alice)
    made = create_template(alice, replace(PLAIN, from_mailbox_id=named.pk))
    assert resolve_sender(made, member=bob).mailbox == named
    assert use_template(bob, made.pk).mailbox_id == named.pk


@pytest.mark.rule("M41", "K24")
@pytest.mark.usefixtures("in_account")
def test_nobody_sends_as_somebody_else_by_a_template(
    alice: Membership, bob: Membership, make_mailbox: MakeMailbox
) -> None:
    private = make_mailbox("alice@acme.example", owner=alice)
    made = create_template(alice, replace(PLAIN, from_mailbox_id=private.pk))
    assert use_template(bob, made.pk).mailbox_id is None
    with pytest.raises(TemplateUnusable) as caught:
        resolve_sender(made, member=bob)
    assert caught.value.code == "no_sender"
    default = make_mailbox("sales@acme.example", account_of=alice)
    make_default(default)
    assert resolve_sender(made, member=bob).mailbox == default


@pytest.mark.rule("M41")
def test_it_comes_from_the_responsible_users_mailbox_else_the_default(
    in_account: Account, alice: Membership, bob: Membership, make_mailbox: MakeMailbox
) -> None:
    made = create_template(alice, replace(PLAIN, from_responsible=True))
    contact = Contact.objects.create(name="Ann", responsible=bob)
    with pytest.raises(TemplateUnusable, match="Bob Baker"):
        resolve_sender(made, member=bob, contact=contact)
    default = make_mailbox("sales@acme.example", account_of=alice)
    make_default(default)
    assert resolve_sender(made, member=bob, contact=contact).mailbox == default
    assert resolve_sender(made, member=bob, contact=Contact.objects.create(name="Eve")).mailbox == default
    own = make_mailbox("bob@acme.example", owner=bob)
    assert resolve_sender(made, member=bob, contact=contact).mailbox == own
    assert resolve_sender(made, member=alice, contact=contact).mailbox == default


@pytest.mark.rule("M41")
@pytest.mark.usefixtures("in_account")
def test_without_a_choice_it_comes_from_whoever_sends_it(alice: Membership, make_mailbox: MakeMailbox) -> None:
    made = create_template(alice, PLAIN)
    with pytest.raises(TemplateUnusable):
        resolve_sender(made, member=alice)
    make_default(make_mailbox("sales@acme.example", account_of=alice))
    own = make_mailbox("alice@acme.example", owner=alice)
    assert resolve_sender(made, member=alice).mailbox == own


@pytest.mark.rule("M42")
@pytest.mark.usefixtures("in_account")
def test_it_goes_to_the_client_or_where_it_says(alice: Membership) -> None:
    assert resolve_send_to(create_template(alice, PLAIN), {}) == []
    fixed = create_template(alice, replace(PLAIN, send_to="a@acme.example, Bob <b@acme.example>"))
    assert resolve_send_to(fixed, {}) == ["a@acme.example", "Bob <b@acme.example>"]
    field = create_template(alice, replace(PLAIN, send_to="{{ company.email }}"))
    assert resolve_send_to(field, {"company.email": "info@client.example"}) == ["info@client.example"]


@pytest.mark.rule("M42", "M13")
@pytest.mark.usefixtures("in_account")
@pytest.mark.parametrize("value", ["", "nobody", "a@b.example\r\nBcc: x@x.example"])
def test_where_to_send_that_gives_no_address_says_so(alice: Membership, value: str) -> None:
    field = create_template(alice, replace(PLAIN, send_to="{{ company.email }}"))
    with pytest.raises(TemplateUnusable) as caught:
        resolve_send_to(field, {"company.email": value})
    assert caught.value.code == "no_recipient"
