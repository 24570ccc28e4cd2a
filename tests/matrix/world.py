"""The account that the matrix is tried on: one mailbox of each kind, everybody who might want to read it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.utils import timezone

from accounts.audit import record
from accounts.groups import create_group
from accounts.models import Account, Membership
from accounts.services import create_account, invite
from accounts.tenancy import tenant
from accounts.tokens import create_token
from automation.causes import of_failed
from automation.links import LinkValues, create_link
from automation.models import Run, Trigger
from automation.runs import plan
from automation.stage_actions import StageActionValues, create_stage_action
from automation.triggers import TriggerValues, create_trigger
from crm.companies import CompanyValues, write_company
from crm.contacts import ContactValues, create_contact
from crm.csv_import import upload_import
from crm.custom_fields import FieldValues, create_field
from crm.customers import CustomerValues, create_customer
from crm.leads import LeadValues, create_lead
from crm.models import Contact, Tag
from crm.notes import create_note
from crm.pipelines import create_pipeline
from crm.stores import create_store
from crm.tags import set_tags
from crm.task_types import list_types
from crm.tasks import TaskValues, create_task
from letter_templates.models import Template
from letter_templates.requests import TemplateFields
from letter_templates.services import create_template
from mailboxes.models import Mailbox, MailboxAccess, SenderAlias
from mailkit.types import OutgoingAttachment
from outbox.drafts import DraftFields, create_draft
from outbox.models import Mailing, OutgoingMail, Suppression, Upload
from outbox.requests import LetterRequest
from outbox.services import queue_letter
from outbox.suppression import suppress
from outbox.template_files import GivenFile, values_of_uploads
from outbox.uploads import store_upload
from pages.links import make_link
from pages.models import FormAnswer, Subdomain
from pages.pages import create_page
from pages.requests import PageFields
from tests.conftest import MakeMailbox, make_user
from tests.privacy.builders import packed_account
from tests.smart_addresses.arrivals import take
from tests.threads.builders import Mail, Post
from tests.threads.ledgers import add_place, set_aside
from tests.tracking.builders import watch
from threads.consents import allow_images
from threads.models import FolderEntry, Message
from threads.services import delete_messages, mark_read
from tracking.models import Tracked

BOXES = ("shared", "personal", "open")  # "open": personal, and shared with the administrators
# Words that stand nowhere else. The first is in all that is in the mailbox, the second in its address.
CONTENT = {"shared": "tamarillo", "personal": "rutabaga", "open": "salsify"}
ADDRESS = {"shared": "cuckoo", "personal": "plover", "open": "avocet"}
CLIENT = "dana@client.example"
COMMON = "lighthouse"  # in every letter: who searches for it finds what he may read
CONTENT_ID = "picture@client.example"  # of the picture in the text of every newest letter
LEFT_OUT_UID = 950  # of a letter that stayed on the server because nobody in it has a card
PICTURE = b"\x89PNG\r\n\x1a\n"

#: The letters of the table's columns. All but the first three are active members of the account.
ROLES = {
    "A": "anonymous",
    "O": "administrator of another account",
    "D": "deactivated administrator",
    "U": "user without the tick",
    "E": "user whose tick is narrowed to another mailbox",
    "H": "user whose tick is narrowed to this mailbox",
    "T": "user with the tick",
    "W": "owner of the personal ones, a user without the tick",
    "M": "administrator",
}
Rows = dict[str, int]  # what an address calls a kind of row, and the number of one


@dataclass(frozen=True)
class World:
    """`rows` are those of each mailbox; `common` are the account's, which all members share.

    `untouched` are the versions of each mailbox's rows, the same before each request; who changes rows empties it.
    """

    account: Account
    members: dict[str, Membership]
    boxes: dict[str, Mailbox]
    posts: dict[str, Post]
    rows: dict[str, Rows]
    common: Rows
    untouched: dict[str, object] = field(default_factory=dict)

    def rows_of(self, box: str) -> Rows:
        return {**self.common, **self.rows[box]}


def build_world(make_mailbox: MakeMailbox) -> World:
    make_user("mia@acme.example", "Mia")
    admin = create_account("Acme", admin_email="mia@acme.example")
    with tenant(admin.account_id):
        members = _members(admin)
        boxes = _boxes(make_mailbox, admin, members["W"])
        other = make_mailbox("swallow@acme.example", account_of=admin)
        MailboxAccess.objects.create(membership=members["H"], mailbox=boxes["shared"])
        MailboxAccess.objects.create(membership=members["E"], mailbox=other)
        common = _common_rows(admin, members["W"])
        writer = {"shared": admin, "personal": members["W"], "open": members["W"]}
        posts = {box: Post(mailbox) for box, mailbox in boxes.items()}
        rows = {box: fill(post, writer[box], CONTENT[box]) for box, post in posts.items()}
    make_user("otto@globex.example", "Otto")
    members["O"] = create_account("Globex", admin_email="otto@globex.example")
    return World(admin.account, members, boxes, posts, rows, common)


def _members(admin: Membership) -> dict[str, Membership]:
    def make(letter: str, name: str, **rights: object) -> Membership:
        return Membership.objects.create(user=make_user(f"{name}@acme.example".lower(), name), **rights)

    return {
        "D": make("D", "Dora", role=Membership.Role.ADMIN, is_active=False),
        "U": make("U", "Uwe"),
        "E": make("E", "Emil"),
        "H": make("H", "Hana"),
        "T": make("T", "Tina", mail_access_all=True),
        "W": make("W", "Wanda"),
        "M": admin,
    }


def _boxes(make_mailbox: MakeMailbox, admin: Membership, owner: Membership) -> dict[str, Mailbox]:
    made = {
        box: make_mailbox(
            f"{ADDRESS[box]}@acme.example", **({"account_of": admin} if box == "shared" else {"owner": owner})
        )
        for box in BOXES
    }
    made["open"].shared_with_admins = True
    for box, mailbox in made.items():
        mailbox.display_name = mailbox.signature = CONTENT[box]
        mailbox.save()
        record(mailbox.owner or admin, "mailbox.connected", target=mailbox, kind=mailbox.kind)
    return made


def fill(post: Post, writer: Membership, word: str) -> Rows:
    """One of everything that lies in a mailbox. The thread has an older letter, unread, and one in Deleted."""
    mailbox = post.mailbox
    add_place(post.inbox, LEFT_OUT_UID, FolderEntry.Outcome.UNMATCHED)
    message, older, deleted = _letters(post, word)
    mark_read(writer, [message.thread_id])
    Message.objects.filter(pk=older.pk).update(is_read=False)
    delete_messages(writer, [deleted.pk])
    aside = set_aside(mailbox, subject=word, sender=f"{word}@broken.example", raw=f"Subject: {word}".encode())
    alias = SenderAlias.objects.create(
        mailbox=mailbox, address=f"{word}@alias.example", address_key=f"{word}@alias.example", name=word, digest=word,
        requested_by=writer, expires_at=timezone.now(), confirmed_at=timezone.now(),
    )  # fmt: skip
    letter = queue_letter(writer, LetterRequest(mailbox.pk, [CLIENT], subject=word, text=word, undo_seconds=60))
    watch(letter, word)
    OutgoingMail.objects.filter(pk=letter.pk).update(state=OutgoingMail.State.FAILED)
    draft = create_draft(writer, DraftFields(mailbox_id=mailbox.pk, to=[CLIENT], subject=word, body=word))
    suppress(f"{word}@gone.example", detail=word, message=message)
    template = _template(writer, mailbox)
    return {
        "mailbox": mailbox.pk,
        "thread": message.thread_id,
        "message": message.pk,
        "attachment": message.attachments.get(content_id="").pk,
        "quarantine": aside.pk,
        "withheld": deleted.pk,
        "alias": alias.pk,
        "outbox": letter.pk,
        "draft": draft.pk,
        "template": template.pk,
        "upload": Upload.objects.filter(membership=writer).latest("pk").pk,
        "file": template.files.get().pk,
        "suppression": Suppression.objects.get(detail=word).pk,
        "run": _run_of(letter).pk,
        "mailing": _mailing(writer, mailbox, word).pk,
    }


def _run_of(letter: OutgoingMail) -> Run:
    """Of the account's trigger, waiting."""
    (run,) = plan(of_failed(letter), [Trigger.objects.get()])
    run.save()
    return run


def _mailing(writer: Membership, mailbox: Mailbox, word: str) -> Mailing:
    """On its way, from a time when its author used the Mailer."""
    chosen = {"kind": "contact", "ids": [0]}
    return Mailing.objects.create(
        author=writer, mailbox=mailbox, name=word, subject=word, body=word, selection=chosen, state="running",
        recipient_count=1, started_at=timezone.now(),
    )  # fmt: skip


def _template(writer: Membership, mailbox: Mailbox) -> Template:
    """A public one: everybody uses it, and only who sends from its mailbox learns which that is."""
    upload = store_upload(writer, SimpleUploadedFile("picture.png", PICTURE, "image/png"))
    files = values_of_uploads(writer, [GivenFile(upload.pk, CONTENT_ID)])
    fields = TemplateFields(name="Offer", is_public=True, from_mailbox_id=mailbox.pk, files=tuple(files))
    return create_template(writer, fields)


def _letters(post: Post, word: str) -> list[Message]:
    """Newest first; that one has the files."""
    files = (
        OutgoingAttachment(f"{word}.pdf", "application/pdf", b"%PDF"),
        OutgoingAttachment(f"{word}.png", "image/png", PICTURE, content_id=CONTENT_ID),
    )
    plain = Mail(f"Offer {word}", f"Dana <{CLIENT}>", post.mailbox.address, text=f"{COMMON} {word}")
    html = f'<p>{COMMON} {word} <img src="cid:{CONTENT_ID}"><img src="http://127.0.0.1/p.png"></p>'
    others = [replace(plain, message_id=f"{word}-{number}@client.example", minutes=-number) for number in range(2)]
    post.file(*others, replace(plain, html=html, files=files))
    letters = list(Message.objects.filter(mailbox=post.mailbox).order_by("-received_at"))
    assert len({letter.thread_id for letter in letters}) == 1
    return letters


def _common_rows(admin: Membership, owner: Membership) -> Rows:
    """Cards are everybody's; `member` is the owner, whose page names his mailboxes to administrators."""
    company = write_company(CompanyValues("Client Ltd"))
    contact: Contact = create_contact(ContactValues(first_name="Dana", emails=[CLIENT]))
    pipeline = create_pipeline("Sales", [("New", "open")])
    stage, reminder = pipeline.stages.get(), Template.objects.create(name="Reminder")
    lead = create_lead(LeadValues("Lead", stage=stage, contacts=[contact], company=company))
    token, _secret = create_token(owner, name="Token", scopes=["mail:read"])
    invitation, _secret = invite(admin, email="new@acme.example")
    group, store = create_group(admin, name="Team"), create_store(admin, "Shop")
    customer = create_customer(CustomerValues("Buyer", [contact]))
    field = create_field(admin, FieldValues("lead", "Budget", "text"))
    task = create_task(contact, TaskValues(list_types()[0], timezone.now()), member=admin)
    set_tags(contact, ["vip"])
    page = create_page(admin, PageFields("Offer"))
    trigger = create_trigger(admin, TriggerValues("Note", "note", {"text": "Sent"}))
    return {
        "company": company.pk, "contact": contact.pk, "pipeline": pipeline.pk, "stage": stage.pk, "lead": lead.pk,
        "stage_action": create_stage_action(admin, StageActionValues(stage, reminder)).pk,
        "token": token.pk, "member": owner.pk, "invitation": invitation.pk, "group": group.pk, "store": store.pk,
        "task": task.pk, "task_type": task.type_id, "tag": Tag.objects.get().pk,
        "note": create_note(contact, "Note", author=owner).pk, "form_answer": _form_answer(contact).pk,
        "customer": customer.pk, "field": field.pk, "consent": allow_images(admin, CLIENT).pk,
        "export": packed_account(admin).pk, "import": upload_import(admin, "contact", "x.csv", b"Name\nAna\n").pk,
        "arrived": take("filing", Mail()), "page": page.pk, "page_link": make_link(page, contact).pk,
        "subdomain": Subdomain.objects.create(owner=admin.account, label="matrix-offers").pk,
        "trigger": trigger.pk, "trigger_link": create_link(admin, LinkValues("Offer", triggers=(trigger.pk,))).pk,
    }  # fmt: skip


def _form_answer(contact: Contact) -> FormAnswer:
    tracked = Tracked.objects.create(kind=Tracked.Kind.PAGE)
    return FormAnswer.objects.create(tracked=tracked, contact=contact, digest="x")


@contextmanager
def undone() -> Iterator[None]:
    """What happens inside leaves nothing behind."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)
