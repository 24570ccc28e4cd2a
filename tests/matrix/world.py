"""The account that the matrix is tried on: one mailbox of each kind, everybody who might want to read it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

from django.db import transaction

from accounts.audit import record
from accounts.groups import create_group
from accounts.models import Account, Membership
from accounts.services import create_account, invite
from accounts.tenancy import tenant
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
from mailboxes.models import Mailbox, MailboxAccess
from mailkit.types import OutgoingAttachment
from outbox.models import OutgoingMail
from outbox.requests import LetterRequest
from outbox.services import queue_letter
from tests.conftest import MakeMailbox, make_user
from tests.threads.builders import Mail, Post
from tests.threads.ledgers import add_place, set_aside
from threads.models import FolderEntry, Message
from threads.services import delete_messages, mark_read

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
    """`rows` are those of each mailbox; `common` are the account's, which all members share."""

    account: Account
    members: dict[str, Membership]
    boxes: dict[str, Mailbox]
    posts: dict[str, Post]
    rows: dict[str, Rows]
    common: Rows

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
    letter = queue_letter(writer, LetterRequest(mailbox.pk, [CLIENT], subject=word, text=word, undo_seconds=60))
    OutgoingMail.objects.filter(pk=letter.pk).update(state=OutgoingMail.State.FAILED)
    return {
        "mailbox": mailbox.pk,
        "thread": message.thread_id,
        "message": message.pk,
        "attachment": message.attachments.get(content_id="").pk,
        "quarantine": aside.pk,
        "outbox": letter.pk,
    }


def _letters(post: Post, word: str) -> list[Message]:
    """Newest first; that one has the files."""
    files = (
        OutgoingAttachment(f"{word}.pdf", "application/pdf", b"%PDF"),
        OutgoingAttachment(f"{word}.png", "image/png", PICTURE, content_id=CONTENT_ID),
    )
    plain = Mail(f"Offer {word}", f"Dana <{CLIENT}>", post.mailbox.address, text=f"{COMMON} {word}")
    html = f'<p>{COMMON} {word} <img src="cid:{CONTENT_ID}"></p>'
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
    stage = pipeline.stages.get()
    lead = create_lead(LeadValues("Lead", stage=stage, contacts=[contact], company=company))
    token, _secret = create_token(owner, name="Token", scopes=["mail:read"])
    invitation, _secret = invite(admin, email="new@acme.example")
    group, store = create_group(admin, name="Team"), create_store(admin, "Shop")
    return {
        "company": company.pk, "contact": contact.pk, "pipeline": pipeline.pk, "stage": stage.pk, "lead": lead.pk,
        "token": token.pk, "member": owner.pk, "invitation": invitation.pk, "group": group.pk, "store": store.pk,
    }  # fmt: skip


@contextmanager
def undone() -> Iterator[None]:
    """What happens inside leaves nothing behind."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)
