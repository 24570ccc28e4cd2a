"""One row of everything in Alice's account; each holds the canary where it has a text."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.apps import apps
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import models
from django.utils import timezone

from accounts.groups import create_group
from accounts.models import Membership
from accounts.notices import notify
from accounts.services import invite
from accounts.tenancy import is_tenant_model, tenant
from accounts.tokens import create_token
from automation.causes import Cause
from automation.links import LinkValues, create_link
from automation.models import StageAction
from automation.runs import plan
from automation.triggers import TriggerValues, create_trigger
from crm.companies import CompanyValues, write_company
from crm.contacts import ContactValues, create_contact
from crm.csv_import import upload_import
from crm.custom_fields import FieldValues, create_field
from crm.customers import CustomerValues, create_customer
from crm.distribution import next_manager
from crm.leads import LeadValues, create_lead
from crm.models import Contact, ContactMerge, MergedContact, NotDuplicate, Stage, Tag
from crm.notes import create_note
from crm.pipelines import create_pipeline
from crm.stores import create_store
from crm.tags import set_tags
from crm.task_types import create_type
from crm.tasks import TaskValues, complete_task, create_task
from letter_templates.models import Template
from letter_templates.requests import TemplateFields
from letter_templates.services import create_template
from mailboxes.models import Mailbox, SenderAlias
from mailkit.types import OutgoingAttachment
from outbox.drafts import DraftFields, create_draft
from outbox.models import Mailing, MailingFile, MailingRecipient, OutgoingMail, Suppression, Upload, WebCopy
from outbox.requests import LetterRequest
from outbox.services import queue_letter
from outbox.suppression import suppress
from outbox.template_files import GivenFile, values_of_uploads
from outbox.uploads import store_upload
from outbox.writing_to_each import Chosen
from pages.links import make_link
from pages.models import FormAnswer, Subdomain
from pages.pages import create_page
from pages.requests import PageFields
from privacy.models import Erasure, MailImport
from smart_addresses.models import Creation, RefusedLetter
from tests.privacy.builders import packed_account
from tests.smart_addresses.arrivals import take
from tests.threads.builders import Mail, Post
from tests.threads.ledgers import set_aside
from tests.tracking.builders import watch
from threads.consents import allow_images
from threads.models import Message, ThreadLead
from tracking.models import Tracked

CANARY = "xylophone"  # in no text of ours
WHO = f"Dana {CANARY} <dana.{CANARY}@client.example>"
FILE = OutgoingAttachment(f"{CANARY}.pdf", "application/pdf", b"%PDF")


def make_rows(alice: Membership, mailbox: Mailbox) -> dict[str, int]:
    """The id of each kind, by the name that an address has for it. `mailbox` is hers."""
    with tenant(alice.account_id):
        return {**_mail_rows(alice, mailbox), **_card_rows(alice), **_people_rows(alice), **_orders(alice, mailbox)}


def _orders(alice: Membership, mailbox: Mailbox) -> dict[str, int]:
    MailImport.objects.create(member=alice, mailbox=mailbox, filename=f"{CANARY}.mbox", size=1, state="done")
    Erasure.objects.create(member=alice, keys=[CANARY])
    return {"mailbox": mailbox.pk, "export": packed_account(alice).pk, "arrived": _arrived()}


def _arrived() -> int:
    """To a smart address, with a card that it made; and one that was refused."""
    letter_id = take("lead", Mail(f"Arrived {CANARY}", WHO), mail_from=f"{CANARY}@client.example")
    Creation.objects.create(letter_id=letter_id, contact=Contact.objects.earliest("pk"), is_new=True)
    now = timezone.now()
    RefusedLetter.objects.create(
        recipient=f"{CANARY}@acme.example", mail_from=f"{CANARY}@x.example", code="too_large", day=now, last_at=now
    )
    return letter_id


def _mail_rows(alice: Membership, mailbox: Mailbox) -> dict[str, int]:
    mail = Mail(f"Offer {CANARY}", WHO, mailbox.address, text=f"A {CANARY}", html=f"<p>{CANARY}</p>", files=(FILE,))
    (message_id,) = Post(mailbox).file(mail).new_message_ids
    message = Message.objects.get(pk=message_id)
    ThreadLead.objects.create(message=message)
    strange = set_aside(mailbox, subject=CANARY, sender=f"{CANARY}@broken.example", raw=f"Subject: {CANARY}".encode())
    request = LetterRequest(mailbox.pk, [WHO], subject=CANARY, text=CANARY, undo_seconds=60)
    return {
        "thread": message.thread_id,
        "message": message.pk,
        "attachment": message.attachments.get().pk,
        "quarantine": strange.pk,
        "withheld": message.pk,
        "alias": _alias_of(alice, mailbox),
        **_template_rows(alice, mailbox),
        "suppression": _suppression_of(message),
        "consent": allow_images(alice, f"{CANARY}@client.example").pk,
        "outbox": _outgoing(alice, request),
        "mailing": _mailing(alice, mailbox),
        "form_answer": _form_answer(),
        "draft": _drafts(alice, mailbox),
    }


def _drafts(alice: Membership, mailbox: Mailbox) -> int:
    """Another goes to each of its people."""
    fields = DraftFields(mailbox_id=mailbox.pk, to=[WHO], subject=CANARY, body=CANARY)
    ana = create_contact(ContactValues(first_name=f"Ana {CANARY}"))
    create_draft(alice, replace(fields, to=(), to_each=[Chosen(ana.pk)]))
    return create_draft(alice, fields).pk


def _outgoing(alice: Membership, request: LetterRequest) -> int:
    """On its way, and somehow opened already."""
    mail = queue_letter(alice, request)
    watch(mail, CANARY)
    return mail.pk


def _template_rows(alice: Membership, mailbox: Mailbox) -> dict[str, int]:
    upload = store_upload(alice, SimpleUploadedFile(f"{CANARY}.png", b"\x89PNG\r\n\x1a\n", "image/png"))
    files = values_of_uploads(alice, [GivenFile(upload.pk, CANARY)])
    fields = TemplateFields(CANARY, body=CANARY, from_mailbox_id=mailbox.pk, files=tuple(files))
    template = create_template(alice, fields)
    return {"template": template.pk, "upload": upload.pk, "file": template.files.get().pk}


def _suppression_of(report: Message) -> int:
    suppress(f"{CANARY}@gone.example", detail=CANARY, message=report)
    return Suppression.objects.get().pk


def _mailing(alice: Membership, mailbox: Mailbox) -> int:
    """On its way to one person, with a file."""
    chosen = {"kind": "contact", "ids": [0]}
    mailing = Mailing.objects.create(
        author=alice, mailbox=mailbox, name=CANARY, subject=CANARY, body=CANARY, selection=chosen, state="running",
        recipient_count=1, started_at=timezone.now(),
    )  # fmt: skip
    address = f"{CANARY}@client.example"
    MailingRecipient.objects.create(mailing=mailing, name=CANARY, address=address, email_key=address)
    MailingFile.objects.create(mailing=mailing, upload=Upload.objects.earliest("pk"), position=0)
    return int(mailing.pk)


def _form_answer() -> int:
    """To the form of a letter that is kept for browsers."""
    mail = OutgoingMail.objects.get()
    WebCopy.objects.create(mail=mail, subject=CANARY, html=CANARY, form_fields=[f"field[{CANARY}]"])
    refused = [{"name": CANARY, "reason": "not_in_form"}]
    tracked = Tracked.objects.create(kind=Tracked.Kind.LETTER)
    return int(FormAnswer.objects.create(tracked=tracked, mail=mail, digest=CANARY, refused=refused).pk)


def _alias_of(alice: Membership, mailbox: Mailbox) -> int:
    address = f"{CANARY}@alias.example"
    alias = SenderAlias(mailbox=mailbox, address=address, address_key=address, name=CANARY, requested_by=alice)
    alias.digest, alias.expires_at = CANARY, timezone.now()
    alias.save()
    return int(alias.pk)


def _card_rows(alice: Membership) -> dict[str, int]:
    company = write_company(CompanyValues(f"Company {CANARY}"))
    contact: Contact = create_contact(ContactValues(first_name=CANARY, emails=[f"{CANARY}@client.example"]))
    pipeline = create_pipeline(f"Pipeline {CANARY}", [(f"Stage {CANARY}", "open")])
    stage = pipeline.stages.get()
    lead = create_lead(LeadValues(f"Lead {CANARY}", stage=stage, contacts=[contact], company=company))
    set_tags(contact, [f"Tag {CANARY}"])
    kind = create_type(alice, f"Kind {CANARY}")
    ContactMerge.objects.create(contact=contact, member=alice, before={"names": CANARY})
    MergedContact.objects.create(contact=contact, old_id=contact.pk + 1_000_000)
    NotDuplicate.objects.create(contact=contact, other=contact)
    task = create_task(contact, TaskValues(kind, timezone.now(), f"Task {CANARY}", alice), member=alice)
    return {
        "tag": Tag.objects.get().pk,
        "note": create_note(contact, f"Note {CANARY}", author=alice).pk,
        "task": complete_task(alice, task, f"Result {CANARY}").pk,
        "task_type": kind.pk,
        "import": upload_import(alice, "contact", f"{CANARY}.csv", f"Name\n{CANARY}\n".encode()).pk,
        "company": company.pk,
        "contact": contact.pk,
        "pipeline": pipeline.pk,
        "stage": stage.pk,
        "stage_action": _stage_action(stage),
        "lead": lead.pk,
        "customer": create_customer(CustomerValues(f"Customer {CANARY}", [contact])).pk,
        **_page_rows(alice, contact),
        **_automation_rows(alice, contact),
    }


def _stage_action(stage: Stage) -> int:
    asked = {"kind": "field", "entity": "lead", "op": "equals", "field": 1, "value": CANARY}
    action = StageAction.objects.create(stage=stage, template=Template.objects.get(), conditions=[asked])
    return int(action.pk)


def _page_rows(alice: Membership, contact: Contact) -> dict[str, int]:
    subdomain = Subdomain.objects.create(owner=alice.account, label=f"{CANARY}-pages")
    page = create_page(alice, PageFields(f"Page {CANARY}", header=CANARY, body=f"<p>{CANARY}</p>"))
    return {"page": page.pk, "page_link": make_link(page, contact).pk, "subdomain": subdomain.pk}


def _automation_rows(alice: Membership, contact: Contact) -> dict[str, int]:
    trigger = create_trigger(alice, TriggerValues(f"Trigger {CANARY}", "note", {"text": CANARY}))
    link = create_link(alice, LinkValues(f"Link {CANARY}", redirect_url=f"https://{CANARY}.example/"))
    now, facts = timezone.now(), {"company": 1}
    cause = Cause("page_opened", f"page:{CANARY}", now, contact_id=contact.pk, member_id=alice.pk, facts=facts)
    (run,) = plan(cause, [trigger])
    run.tracked = Tracked.objects.create(kind=Tracked.Kind.PAGE)
    run.save()
    return {"trigger": trigger.pk, "trigger_link": link.pk, "run": run.pk}


def _people_rows(alice: Membership) -> dict[str, int]:
    token, _secret = create_token(alice, name=f"Token {CANARY}", scopes=["mail:read"])
    invitation, _secret = invite(alice, email=f"{CANARY}@acme.example")
    notify([alice], "mailbox.needs_login", address=CANARY)
    store = create_store(alice, f"Store {CANARY}")
    group = create_group(alice, name=f"Group {CANARY}", member_ids=[alice.pk])
    next_manager(group)
    return {
        "member": alice.pk,
        "colleague": alice.pk,
        "token": token.pk,
        "invitation": invitation.pk,
        "group": group.pk,
        "store": store.pk,
        "field": create_field(alice, FieldValues("lead", f"Field {CANARY}", "text")).pk,
    }


def everything_of(alice: Membership) -> dict[str, list[dict[str, Any]]]:
    """All rows of her account, to be compared."""
    with tenant(alice.account_id):
        return {model._meta.label: _rows_of(model) for model in apps.get_models() if is_tenant_model(model)}


def _rows_of(model: type[models.Model]) -> list[dict[str, Any]]:
    rows = list(model._default_manager.order_by("pk").values())
    return [{name: bytes(v) if isinstance(v, memoryview) else v for name, v in row.items()} for row in rows]
