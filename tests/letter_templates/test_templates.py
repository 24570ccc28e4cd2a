"""Templates: who sees, makes, changes and deletes them, and what is refused at saving."""

from __future__ import annotations

from dataclasses import replace

import pytest
from pytest_django import Settings

from accounts.errors import NotAllowed
from accounts.models import AuditEvent, Membership
from accounts.tenancy import tenant
from crm.models import CustomField
from letter_templates.access import get_template_for
from letter_templates.errors import PartRefused, TemplateChanged, TemplateNotFound, ValueRefused
from letter_templates.models import Template
from letter_templates.requests import TemplateFields, fields_of
from letter_templates.services import create_template, delete_template, duplicate_template, save_template
from mailboxes.models import Mailbox
from tests.conftest import MakeMailbox

OFFER = TemplateFields(
    name="Offer",
    subject="Offer for {{contact.first_name|default('you')}}",
    body="<p>Dear {{contact.first_name}},</p>",
    send_to="office@acme.example",
    attachment_url="https://files.example/{{lead.name}}.pdf",
)


@pytest.mark.rule("M50", "M48")
@pytest.mark.usefixtures("in_account")
def test_users_see_their_own_and_public_ones_and_change_their_own(alice: Membership, bob: Membership) -> None:
    hidden = create_template(alice, OFFER)
    public = create_template(alice, replace(OFFER, is_public=True))
    own = create_template(bob, OFFER)
    assert set(Template.objects.visible_to(bob)) == {public, own}
    assert set(Template.objects.visible_to(alice)) == {hidden, public, own}
    with pytest.raises(TemplateNotFound):
        get_template_for(bob, hidden.pk)
    for action in (lambda: save_template(bob, public.pk, OFFER), lambda: delete_template(bob, public.pk)):
        with pytest.raises(TemplateNotFound):
            action()
    assert save_template(alice, own.pk, replace(OFFER, name="Better")).owner == bob
    bob.is_active = False
    assert not Template.objects.visible_to(bob).exists()


@pytest.mark.rule("M50")
def test_another_accounts_are_not_there(alice: Membership, charlie: Membership) -> None:
    with tenant(alice.account_id):
        made = create_template(alice, replace(OFFER, is_public=True))
    with tenant(charlie.account_id), pytest.raises(TemplateNotFound):
        get_template_for(charlie, made.pk)


@pytest.mark.rule("M48")
@pytest.mark.usefixtures("in_account")
def test_only_administrators_give_a_template_to_somebody_else(alice: Membership, bob: Membership) -> None:
    made = create_template(bob, OFFER)
    with pytest.raises(NotAllowed):
        save_template(bob, made.pk, replace(fields_of(made), owner_id=alice.pk))
    assert save_template(alice, made.pk, replace(fields_of(made), owner_id=alice.pk)).owner == alice
    with pytest.raises(ValueRefused, match="active user"):
        save_template(alice, made.pk, replace(OFFER, owner_id=10**9))


@pytest.mark.usefixtures("in_account")
def test_who_read_an_older_version_overwrites_nothing(alice: Membership) -> None:
    made = create_template(alice, OFFER)
    changed = save_template(alice, made.pk, replace(OFFER, name="One"), version=1)
    assert changed.version == 2
    with pytest.raises(TemplateChanged) as caught:
        save_template(alice, made.pk, replace(OFFER, name="Two"), version=1)
    assert caught.value.current.name == "One"


@pytest.mark.rule("K52")
@pytest.mark.usefixtures("in_account")
@pytest.mark.parametrize("part", ["subject", "body", "send_to", "attachment_url"])
def test_an_unknown_field_is_refused_with_its_place(alice: Membership, part: str) -> None:
    start = "https://" if part == "attachment_url" else ""
    with pytest.raises(PartRefused) as caught:
        create_template(alice, replace(OFFER, **{part: f"{start}{{{{ contact.nam }}}}"}))  # type: ignore[arg-type]  # texts by name
    error = caught.value
    assert (error.part, error.field, error.line, error.column) == (part, "contact.nam", 1, 4 + len(start))
    assert not Template.objects.exists()


@pytest.mark.rule("K52")
@pytest.mark.usefixtures("in_account")
def test_an_accounts_own_field_may_stand_by_its_code_alone(alice: Membership) -> None:
    link = replace(OFFER, body="{{ doc_pdf_download_link }} {{ lead.doc_pdf_download_link }}")
    with pytest.raises(PartRefused):
        create_template(alice, link)
    CustomField.objects.create(number=1, entity="lead", code="doc_pdf_download_link", name="Link", type="text")
    assert create_template(alice, link).body == link.body


@pytest.mark.rule("M13", "M14")
@pytest.mark.usefixtures("in_account")
@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("name", "x" * 151),
        ("subject", "Hi\r\nBcc: x@x.example"),
        ("subject", "a\u2028b"),
        ("send_to", "no address"),
        ("send_to", "a@acme.example\nb@acme.example"),
        ("attachment_url", "ftp://files.example/a.pdf"),
        ("attachment_url", "javascript:{{ lead.name }}"),
        ("attachment_url", "\n".join(["https://files.example/a"] * 11)),
        ("format", "word"),
        ("body", "x" * (8 * 1024 * 1024 + 1)),
    ],
)
def test_what_no_letter_could_be_made_of_is_refused(alice: Membership, field: str, value: str) -> None:
    with pytest.raises(ValueRefused) as caught:
        create_template(alice, replace(OFFER, **{field: value}))  # type: ignore[arg-type]
    assert caught.value.field == field


@pytest.mark.rule("K52")
@pytest.mark.usefixtures("in_account")
def test_html_is_kept_as_it_is_written(alice: Membership) -> None:
    """A link whose address is a field is no wrong link."""
    layout = '<table bgcolor="#eee"><tr><td><a href="{{lead.name}}">Offer</a></td></tr></table>'
    assert create_template(alice, replace(OFFER, format="html", body=layout)).body == layout


@pytest.mark.usefixtures("in_account")
def test_a_copy_is_ones_own_and_nobody_elses(
    alice: Membership, bob: Membership, make_mailbox: MakeMailbox, settings: Settings
) -> None:
    settings.LANGUAGE_CODE = "en"
    private: Mailbox = make_mailbox("alice@acme.example", owner=alice)
    made = create_template(alice, replace(OFFER, is_public=True, from_mailbox_id=private.pk))
    copy = duplicate_template(bob, made.pk)
    assert (copy.name, copy.owner, copy.is_public, copy.from_mailbox) == ("Offer (copy)", bob, False, None)
    assert duplicate_template(alice, made.pk).from_mailbox == private


@pytest.mark.usefixtures("in_account")
def test_the_log_says_who_made_changed_and_deleted_it(alice: Membership) -> None:
    made = create_template(alice, OFFER)
    save_template(alice, made.pk, OFFER)
    delete_template(alice, made.pk)
    actions = AuditEvent.objects.order_by("pk").values_list("action", flat=True)
    assert list(actions) == ["template.created", "template.changed", "template.deleted"]
