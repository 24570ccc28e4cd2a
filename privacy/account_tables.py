"""What an account's export has beside mail: which tables, and which of their columns. No secret is in any of them.

What is of letters is told of the mailboxes that who asks may see alone (K23). Every table of an account is in here, in
TABLES of the rooms above (tables_asked), or in LEFT_OUT with its reason; a test counts them.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import Model, Q, QuerySet

from accounts.models import (
    ApiToken,
    AuditEvent,
    Group,
    GroupMember,
    IdempotentReply,
    Invitation,
    Membership,
    Notice,
)
from crm.models import (
    CardEvent,
    CardImport,
    Company,
    Contact,
    ContactEmail,
    ContactMerge,
    Customer,
    CustomerContact,
    CustomField,
    GroupTurn,
    Lead,
    LeadContact,
    MergedContact,
    NotDuplicate,
    Note,
    Pipeline,
    Stage,
    Store,
    Tag,
    Tagging,
    Task,
    TaskType,
)
from letter_templates.models import Template, TemplateFile
from mailboxes.models import Credential, Mailbox, MailboxAccess, MailboxFilter, OAuthAttempt, SenderAlias
from mailboxes.querysets import MailboxQuerySet
from outbox.models import (
    Draft,
    DraftAddressee,
    DraftAttachment,
    Mailing,
    MailingFile,
    MailingRecipient,
    OutgoingAttachment,
    OutgoingMail,
    OutgoingRecipient,
    SendingPace,
    Suppression,
    Upload,
    WebCopy,
)
from pages.models import FormAnswer, Page, PageLink
from privacy.models import AccountExport, Erasure, MailImport
from privacy.signals import tables_asked
from smart_addresses.models import ArrivedLetter, Creation, RefusedLetter
from threads.models import (
    Attachment,
    BounceReport,
    CalendarEvent,
    CardLink,
    Correspondent,
    Folder,
    FolderEntry,
    ImageConsent,
    Message,
    MessageBody,
    Participant,
    QuarantinedLetter,
    RemovedLetter,
    RemovedMailbox,
    Thread,
    ThreadLead,
    Tombstone,
)
from tracking.models import Hit, Link, Tracked, TriggerLink

ROWS_AT_ONCE = 2000
LEASE = ("lease_token", "lease_until")


@dataclass(frozen=True, slots=True)
class Asker:
    """Who gets the export. `member` None: who runs the instance, and sees everything."""

    mailboxes: MailboxQuerySet
    member: Membership | None = None


Seen = Callable[[Asker], Q]


def everything(_asker: Asker) -> Q:
    return Q()


def of_mailboxes(path: str) -> Seen:
    """Rows of these mailboxes; `path` leads there."""
    return lambda asker: Q(**{f"{path}__in": asker.mailboxes.values("pk")})


def of_known_letters(path: str) -> Seen:
    """Rows of no letter, or of a letter of these mailboxes; `path` leads to the OutgoingMail."""
    return lambda asker: Q(**{path: None}) | Q(**{f"{path}__mailbox__in": asker.mailboxes.values("pk")})


def _of_mailings(path: str) -> Seen:
    """A mailing that has not started is its author's alone, as any draft is."""

    def seen(asker: Asker) -> Q:
        if asker.member is None:
            return Q()
        begun = Q(**{f"{path}mailbox__in": asker.mailboxes.values("pk")}) & ~Q(**{f"{path}state": Mailing.State.DRAFT})
        return begun | Q(**{f"{path}author": asker.member})

    return seen


def _of_tracked(path: str) -> Seen:
    """Of pages, and of letters of these mailboxes."""

    def seen(asker: Asker) -> Q:
        letters = OutgoingMail.objects.filter(mailbox__in=asker.mailboxes.values("pk")).values("tracked")
        of_letters = Q(**{f"{path}in": letters})
        of_pages = Q(**{f"{path}in": PageLink.objects.values("tracked")})
        return of_letters | of_pages if asker.member else Q()

    return seen


def _removed(path: str) -> Seen:
    """For those who could see the mailbox then (K64)."""
    return lambda asker: Q(**{f"{path}seen_by__contains": [asker.member.pk]}) if asker.member else Q()


@dataclass(frozen=True, slots=True)
class Table:
    """`columns`: these alone; empty: all but `without`, and the account's number. `seen`: which rows."""

    name: str
    model: type[Model]
    columns: Sequence[str] = ()
    without: Sequence[str] = ()
    seen: Seen = everything


MEMBER = (
    *("id", "user__name", "user__email", "role", "availability", "is_active", "mail_access_all", "mailer_access"),
    *("is_default_responsible", "signature", "undo_seconds", "notices_off", "notices_mailed", "last_seen_at"),
)
SYNCING = (  # of a mailbox: what its next visit to the server needs
    *("address_key", "status", "error_code", "error_detail", "import_total", "import_done", "import_older"),
    *("sent_choices", "needs_regrouping", "next_sync_at", "failure_count", "crash_count", "history_due_at"),
    *("budget_day", "budget_bytes", *LEASE),
)
SENDING = (  # of a letter: its texts are in the mailbox's letters
    *("text", "html", "quote_text", "quote_html", "raw_name", "attempts", *LEASE),
    *("sent_copy", "sent_check_at", "told_at"),
)
TABLES = (
    Table("members", Membership, MEMBER),
    Table("groups", Group),
    Table("group_members", GroupMember),
    Table("invitations", Invitation, without=("digest",)),
    Table("mailboxes", Mailbox, without=SYNCING, seen=of_mailboxes("pk")),
    Table("mailbox_access", MailboxAccess, seen=of_mailboxes("mailbox")),
    Table("mailbox_filters", MailboxFilter, seen=of_mailboxes("mailbox")),
    Table("sender_aliases", SenderAlias, without=("digest",), seen=of_mailboxes("mailbox")),
    Table("stores", Store),
    Table("custom_fields", CustomField),
    Table("companies", Company),
    Table("contacts", Contact),
    Table("contact_emails", ContactEmail),
    Table("customers", Customer),
    Table("customer_contacts", CustomerContact),
    Table("pipelines", Pipeline),
    Table("stages", Stage),
    Table("leads", Lead),
    Table("lead_contacts", LeadContact),
    Table("merged_contacts", MergedContact),
    Table("not_duplicates", NotDuplicate),
    Table("tags", Tag),
    Table("taggings", Tagging),
    Table("task_types", TaskType),
    Table("tasks", Task),
    Table("notes", Note),
    Table("card_events", CardEvent),
    Table("form_answers", FormAnswer, without=("mail_id", "tracked_id", "digest")),
    Table("templates", Template),
    Table("template_files", TemplateFile, without=("storage_name",)),
    Table("pages", Page),
    Table("page_links", PageLink, without=("shown_html",)),
    Table("trigger_links", TriggerLink),
    Table("outgoing_letters", OutgoingMail, without=SENDING, seen=of_mailboxes("mailbox")),
    Table("outgoing_recipients", OutgoingRecipient, seen=of_mailboxes("mail__mailbox")),
    Table("mailings", Mailing, without=("feed_at", *LEASE), seen=_of_mailings("")),
    Table("mailing_recipients", MailingRecipient, seen=_of_mailings("mailing__")),
    Table("tracked", Tracked, seen=_of_tracked("pk__")),
    Table("tracked_links", Link, seen=_of_tracked("tracked__")),
    Table("opens_and_clicks", Hit, without=("told_at",), seen=_of_tracked("tracked__")),
    Table("arrived_letters", ArrivedLetter, without=("raw_name", "digest", "attempts", *LEASE)),
    Table("cards_of_arrived_letters", Creation),
    Table("refused_letters", RefusedLetter),
    Table("unreadable_letters", QuarantinedLetter, without=("raw_name",), seen=of_mailboxes("mailbox")),
    Table("removed_mailboxes", RemovedMailbox, without=("seen_by",), seen=_removed("")),
    Table("removed_letters", RemovedLetter, seen=_removed("mailbox__")),
    Table("bad_addresses", Suppression, ("id", "email_key", "reason", "created_at")),
    Table("audit", AuditEvent),
)

_DOORS = "opens a door of the account, or holds what does"
_IN_MAIL = "is part of the letters in mail/"
_MADE_ANEW = "is made from other tables"
_PERSONAL = "is one member's own"
_WORKING = "is how we work, not what the account has"
LEFT_OUT: Mapping[type[Model], str] = {
    **dict.fromkeys([ApiToken, Credential, IdempotentReply, OAuthAttempt], _DOORS),
    **dict.fromkeys([Message, MessageBody, Participant, Attachment, CalendarEvent, BounceReport], _IN_MAIL),
    **dict.fromkeys([OutgoingAttachment, MailingFile, WebCopy], _IN_MAIL),
    **dict.fromkeys([Thread, CardLink, Correspondent], _MADE_ANEW),
    **dict.fromkeys([Notice, Draft, DraftAttachment, DraftAddressee, Upload, ImageConsent], _PERSONAL),
    **dict.fromkeys([CardImport, ContactMerge, GroupTurn, MailImport, Erasure, AccountExport], _WORKING),
    **dict.fromkeys([Folder, FolderEntry, Tombstone, ThreadLead, SendingPace], _WORKING),
}


def all_tables() -> list[Table]:
    """Those of the rooms above too."""
    answers: Any = tables_asked.send(Table)
    return [*TABLES, *(table for _receiver, tables in answers for table in tables)]


def lines_of(table: Table, asker: Asker) -> Iterator[bytes]:
    """A line of JSON for each row that the asker sees, in bounded memory."""
    rows: QuerySet[Any] = table.model._meta.base_manager.filter(table.seen(asker))
    columns = table.columns or [
        field.attname
        for field in table.model._meta.concrete_fields
        if field.attname not in ("account_id", *table.without)
    ]
    last = 0
    while page := list(rows.filter(pk__gt=last).order_by("pk").values(*columns)[:ROWS_AT_ONCE]):
        yield b"".join(json.dumps(row, cls=DjangoJSONEncoder, ensure_ascii=False).encode() + b"\n" for row in page)
        last = page[-1]["id"]
