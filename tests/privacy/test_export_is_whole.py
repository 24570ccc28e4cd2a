"""The export of an account holds every table that the account has, or says why not."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import timedelta

import pytest
from django.apps import apps
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db.models import BinaryField
from django.utils import timezone

from accounts.models import Account, Membership
from accounts.tenant_models import TenantModel
from automation.models import Run, StageAction, Trigger
from crm.contacts import ContactValues, create_contact
from crm.leads import LeadValues, create_lead
from crm.models import Contact
from letter_templates.models import Template
from mailboxes.models import Mailbox
from outbox.models import Mailing, OutgoingMail, OutgoingRecipient
from pages.models import Page
from privacy.account_export import open_export, pack, request_export
from privacy.account_tables import LEFT_OUT, all_tables
from smart_addresses.models import ArrivedLetter, RefusedLetter
from tests.conftest import MakeMailbox
from tests.smart_addresses.arrivals import take
from tests.threads.builders import Mail, Post
from threads.models import RemovedLetter, RemovedMailbox
from tracking.models import Hit, Link, Tracked, TriggerLink

SECRET = ("digest", "ciphertext", "verifier", "token", "password", "lease_token")


def exported(member: Membership) -> zipfile.ZipFile:
    order = request_export(member)
    pack(order.pk)
    return zipfile.ZipFile(io.BytesIO(b"".join(open_export(member, order.pk)[1])))


def rows(archive: zipfile.ZipFile, table: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in archive.read(f"records/{table}.jsonl").splitlines()]


def a_letter(author: Membership, mailbox: Mailbox, subject: str) -> OutgoingMail:
    """Sent, opened once and clicked once."""
    tracked = Tracked.objects.create(kind="letter", open_count=1, click_count=1)
    link = Link.objects.create(tracked=tracked, position=0, target_url=f"https://acme.example/{subject}")
    for followed in (None, link):
        Hit.objects.create(tracked=tracked, link=followed, method="GET", user_agent=subject, at=timezone.now())
    mail = OutgoingMail.objects.create(
        mailbox=mailbox, author=author, subject=subject, state="sent", due_at=timezone.now(), tracked=tracked,
        message_id_header=f"{subject}@acme.example",
    )  # fmt: skip
    OutgoingRecipient.objects.create(mail=mail, kind="to", position=0, address=f"{subject}@client.example")
    Run.objects.create(
        event="sent", cause=f"sent:{mail.pk}", action_key="t1", action_name=subject, mail=mail,
        due_at=timezone.now(), happened_at=timezone.now(),
    )  # fmt: skip
    return mail


def test_every_table_of_an_account_is_in_it_or_left_out_for_a_reason() -> None:
    found = {table.model for table in all_tables()}
    tables = {model for model in apps.get_models() if issubclass(model, TenantModel)}
    assert found | set(LEFT_OUT) == tables
    assert not found & set(LEFT_OUT)


def test_no_column_is_a_secret_or_bytes() -> None:
    for table in all_tables():
        fields = {field.attname: field for field in table.model._meta.concrete_fields}
        names = set(table.columns or fields) - set(table.without)
        assert not names & set(SECRET), table.name
        assert not [name for name in names if isinstance(fields.get(name), BinaryField)], table.name


def test_what_the_account_made_is_in_it(post: Post, alice: Membership, bob: Membership) -> None:
    Membership.objects.filter(pk=bob.pk).update(signature="Bob of Acme")
    Mailbox.objects.filter(pk=post.mailbox.pk).update(signature="Sales of Acme", custom_values={"1": "red"})
    Account.objects.update(smart_allowed=["friend.example"])
    template = Template.objects.create(name="Offer")
    Trigger.objects.create(number=1, name="Call", type="task")
    stage = create_lead(LeadValues("Chairs")).stage
    StageAction.objects.create(stage=stage, position=0, on="created", template=template)
    TriggerLink.objects.create(number=8, name="Yes")
    Page.objects.create(number=1, name="Price list", title="prices")
    Mailing.objects.create(name="News", author=alice, mailbox=post.mailbox, state="done")
    a_letter(alice, post.mailbox, "offer")
    archive = exported(alice)
    assert "Bob of Acme" in [row["signature"] for row in rows(archive, "members")]
    sales = next(row for row in rows(archive, "mailboxes") if row["id"] == post.mailbox.pk)
    assert (sales["signature"], sales["custom_values"]) == ("Sales of Acme", {"1": "red"})
    assert json.loads(archive.read("account.json"))["smart_allowed"] == ["friend.example"]
    tables = ("triggers", "stage_actions", "trigger_links", "pages", "mailings", "outgoing_letters", "runs", "tracked")
    assert {name: len(rows(archive, name)) for name in tables} == dict.fromkeys(tables, 1)
    assert [row["link_id"] is None for row in rows(archive, "opens_and_clicks")] == [True, False]


@pytest.mark.rule("K23")
def test_of_a_private_mailbox_and_of_drafts_of_others_nothing_is_told(
    post: Post, alice: Membership, bob: Membership, make_mailbox: MakeMailbox
) -> None:
    private = make_mailbox("bob.private@acme.example", owner=bob)
    a_letter(bob, private, "tamarillo")
    Mailing.objects.create(name="tamarillo", author=bob, mailbox=private, state="done")
    Mailing.objects.create(name="tamarillo", author=bob, mailbox=post.mailbox, state="draft")
    archive = exported(alice)
    assert not [name for name in archive.namelist() if b"tamarillo" in archive.read(name)]


@pytest.mark.rule("K64", "K23")
def test_notes_of_removed_letters_are_for_those_who_saw_them(post: Post, alice: Membership, bob: Membership) -> None:
    contact: Contact = create_contact(ContactValues("Anna"))
    for member in (alice, bob):
        box = RemovedMailbox.objects.create(address=f"old-{member.pk}@acme.example", seen_by=[member.pk])
        RemovedLetter.objects.create(mailbox=box, contact=contact, direction="incoming", received_at=timezone.now())
    archive = exported(alice)
    assert [row["address"] for row in rows(archive, "removed_mailboxes")] == [f"old-{alice.pk}@acme.example"]
    assert len(rows(archive, "removed_letters")) == 1


def test_smart_addresses_tell_what_came_and_what_was_refused(post: Post, alice: Membership) -> None:
    number = take("contact", Mail("Unreadable"))
    ArrivedLetter.objects.update(state=ArrivedLetter.State.UNREADABLE)
    RefusedLetter.objects.create(
        recipient="leads@acme.in.example", code="no_address", day=timezone.now().date(),
        last_at=timezone.now() - timedelta(days=1),
    )  # fmt: skip
    archive = exported(alice)
    assert [row["id"] for row in rows(archive, "arrived_letters")] == [number]
    assert b"Subject: Unreadable" in archive.read(f"unreadable/arrived-{number}.eml")
    assert [row["recipient"] for row in rows(archive, "refused_letters")] == ["leads@acme.in.example"]


def test_a_letter_whose_bytes_are_gone_does_not_end_it(post: Post, alice: Membership) -> None:
    number = take("contact", Mail("Unreadable"))
    ArrivedLetter.objects.update(state=ArrivedLetter.State.UNREADABLE)
    name = ArrivedLetter.objects.get().raw_name
    default_storage.delete(name)
    default_storage.save(name, ContentFile(b"not gzip"))
    assert f"unreadable/arrived-{number}.eml" not in exported(alice).namelist()
