"""One row of everything in Alice's account; each holds the canary where it has a text."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.db import models

from accounts.groups import create_group
from accounts.models import Membership
from accounts.notices import notify
from accounts.services import invite
from accounts.tenancy import is_tenant_model, tenant
from accounts.tokens import create_token
from crm.models import Contact
from crm.services import (
    CompanyValues,
    ContactValues,
    LeadValues,
    create_contact,
    create_lead,
    create_pipeline,
    write_company,
)
from crm.stores import create_store
from mailboxes.models import Mailbox
from mailkit.types import OutgoingAttachment
from outbox.requests import LetterRequest
from outbox.services import queue_letter
from tests.threads.builders import Mail, Post
from tests.threads.ledgers import set_aside
from threads.models import Message

CANARY = "xylophone"  # in no text of ours
WHO = f"Dana {CANARY} <dana.{CANARY}@client.example>"
FILE = OutgoingAttachment(f"{CANARY}.pdf", "application/pdf", b"%PDF")


def make_rows(alice: Membership, mailbox: Mailbox) -> dict[str, int]:
    """The id of each kind, by the name that an address has for it. `mailbox` is hers."""
    with tenant(alice.account_id):
        return {**_mail_rows(alice, mailbox), **_card_rows(), **_people_rows(alice), "mailbox": mailbox.pk}


def _mail_rows(alice: Membership, mailbox: Mailbox) -> dict[str, int]:
    mail = Mail(f"Offer {CANARY}", WHO, mailbox.address, text=f"A {CANARY}", html=f"<p>{CANARY}</p>", files=(FILE,))
    (message_id,) = Post(mailbox).file(mail).new_message_ids
    message = Message.objects.get(pk=message_id)
    strange = set_aside(mailbox, subject=CANARY, sender=f"{CANARY}@broken.example", raw=f"Subject: {CANARY}".encode())
    request = LetterRequest(mailbox.pk, [WHO], subject=CANARY, text=CANARY, undo_seconds=60)
    return {
        "thread": message.thread_id,
        "message": message.pk,
        "attachment": message.attachments.get().pk,
        "quarantine": strange.pk,
        "outbox": queue_letter(alice, request).pk,
    }


def _card_rows() -> dict[str, int]:
    company = write_company(CompanyValues(f"Company {CANARY}"))
    contact: Contact = create_contact(ContactValues(first_name=CANARY, emails=[f"{CANARY}@client.example"]))
    pipeline = create_pipeline(f"Pipeline {CANARY}", [(f"Stage {CANARY}", "open")])
    stage = pipeline.stages.get()
    lead = create_lead(LeadValues(f"Lead {CANARY}", stage=stage, contacts=[contact], company=company))
    return {
        "company": company.pk,
        "contact": contact.pk,
        "pipeline": pipeline.pk,
        "stage": stage.pk,
        "lead": lead.pk,
    }


def _people_rows(alice: Membership) -> dict[str, int]:
    token, _secret = create_token(alice, name=f"Token {CANARY}", scopes=["mail:read"])
    invitation, _secret = invite(alice, email=f"{CANARY}@acme.example")
    notify([alice], "mailbox.needs_login", address=CANARY)
    store = create_store(alice, f"Store {CANARY}")
    group = create_group(alice, name=f"Group {CANARY}", member_ids=[alice.pk])
    return {"member": alice.pk, "token": token.pk, "invitation": invitation.pk, "group": group.pk, "store": store.pk}


def everything_of(alice: Membership) -> dict[str, list[dict[str, Any]]]:
    """All rows of her account, to be compared."""
    with tenant(alice.account_id):
        return {model._meta.label: _rows_of(model) for model in apps.get_models() if is_tenant_model(model)}


def _rows_of(model: type[models.Model]) -> list[dict[str, Any]]:
    rows = list(model._default_manager.order_by("pk").values())
    return [{name: bytes(v) if isinstance(v, memoryview) else v for name, v in row.items()} for row in rows]
