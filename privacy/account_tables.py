"""What an account's export has beside mail: which tables, and which of their columns. No secret is in any of them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import Model, QuerySet

from accounts.models import AuditEvent, Group, GroupMember, Membership
from crm.models import (
    CardEvent,
    Company,
    Contact,
    ContactEmail,
    Customer,
    CustomerContact,
    CustomField,
    Lead,
    LeadContact,
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
from mailboxes.models import Mailbox
from outbox.models import Suppression
from pages.models import FormAnswer

ROWS_AT_ONCE = 2000


@dataclass(frozen=True, slots=True)
class Table:
    """`columns`: these alone; empty: all but `without`, and the account's number."""

    name: str
    model: type[Model]
    columns: Sequence[str] = ()
    without: Sequence[str] = ()


TABLES = (
    Table("members", Membership, ("id", "user__name", "user__email", "role", "availability", "is_active")),
    Table("groups", Group),
    Table("group_members", GroupMember),
    Table("mailboxes", Mailbox, ("id", "address", "display_name", "kind", "owner_id", "store_id", "created_at")),
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
    Table("tags", Tag),
    Table("taggings", Tagging),
    Table("task_types", TaskType),
    Table("tasks", Task),
    Table("notes", Note),
    Table("card_events", CardEvent),
    Table("form_answers", FormAnswer, without=("mail_id", "tracked_id", "digest")),
    Table("templates", Template),
    Table("template_files", TemplateFile, without=("storage_name",)),
    Table("bad_addresses", Suppression, ("id", "email_key", "reason", "created_at")),
    Table("audit", AuditEvent),
)


def lines_of(table: Table, mailboxes: QuerySet[Mailbox]) -> Iterator[bytes]:
    """A line of JSON for each row, in bounded memory. Of mailboxes: these."""
    rows: QuerySet[Any] = mailboxes if table.model is Mailbox else table.model._meta.base_manager.all()
    columns = table.columns or [
        field.attname
        for field in table.model._meta.concrete_fields
        if field.attname not in ("account_id", *table.without)
    ]
    last = 0
    while page := list(rows.filter(pk__gt=last).order_by("pk").values(*columns)[:ROWS_AT_ONCE]):
        yield b"".join(json.dumps(row, cls=DjangoJSONEncoder, ensure_ascii=False).encode() + b"\n" for row in page)
        last = page[-1]["id"]
