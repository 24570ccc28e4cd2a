"""The merge fields there are, by what they belong to: their names, their words for the picker, their values (K52)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Generic, TypeVar

from django.utils.formats import number_format
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Account, Membership
from crm.models import Company, Contact, Lead
from mailboxes.models import Mailbox

Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class Field(Generic[Row]):
    """`first_name` of the group `contact` is written {{ contact.first_name }}. Its value is "" when there is none."""

    name: str
    label: str | Promise
    value_of: Callable[[Row], str]


@dataclass(frozen=True, slots=True)
class Group(Generic[Row]):
    """All fields of one kind of row."""

    name: str
    label: str | Promise
    fields: tuple[Field[Row], ...]

    def values_of(self, row: Row | None) -> dict[str, str]:
        """By full name. Without a row all are empty: the names are known all the same."""
        return {f"{self.name}.{field.name}": field.value_of(row) if row else "" for field in self.fields}

    def names(self) -> frozenset[str]:
        return frozenset(f"{self.name}.{field.name}" for field in self.fields)


def _first(values: Iterable[str]) -> str:
    return next(iter(values), "")


def _price(lead: Lead) -> str:
    return "" if lead.price is None else str(number_format(lead.price, use_l10n=True, force_grouping=True))


CONTACT: Group[Contact] = Group(
    "contact",
    _("Contact"),
    (
        Field("name", _("Name"), lambda contact: contact.name),
        Field("first_name", _("First name"), lambda contact: contact.first_name),
        Field("last_name", _("Last name"), lambda contact: contact.last_name),
        Field("email", _("Email address"), lambda contact: _first(row.email for row in contact.emails.all())),
        Field("phone", _("Phone"), lambda contact: _first(contact.phones)),
    ),
)
COMPANY: Group[Company] = Group(
    "company",
    _("Company"),
    (
        Field("name", pgettext_lazy("company or lead", "Name"), lambda company: company.name),
        Field("email", _("Email address"), lambda company: _first(company.emails)),
        Field("phone", _("Phone"), lambda company: _first(company.phones)),
    ),
)
LEAD: Group[Lead] = Group(
    "lead",
    _("Lead"),
    (
        Field("name", pgettext_lazy("company or lead", "Name"), lambda lead: lead.name),
        Field("price", _("Price"), _price),
        Field("stage", _("Stage"), lambda lead: lead.stage.name),
        Field("pipeline", _("Pipeline"), lambda lead: lead.stage.pipeline.name),
    ),
)
USER: Group[Membership] = Group(
    "user",
    _("Sender"),
    (
        Field("name", _("Name"), lambda member: member.user.name),
        Field("email", _("Email address"), lambda member: member.user.email),
    ),
)
ACCOUNT: Group[Account] = Group(
    "account", _("Account"), (Field("name", pgettext_lazy("company or lead", "Name"), lambda account: account.name),)
)
MAILBOX: Group[Mailbox] = Group(
    "mailbox",
    _("Mailbox"),
    (
        Field("name", _("Name shown to recipients"), lambda mailbox: mailbox.display_name),
        Field("address", _("Address"), lambda mailbox: mailbox.address),
    ),
)

# What a letter has whomever it goes to, and what it has with a card.
SENDER_GROUPS = (USER, MAILBOX, ACCOUNT)
CARD_GROUPS = (CONTACT, COMPANY, LEAD)


def sender_values(author: Membership, mailbox: Mailbox | None) -> dict[str, str]:
    """The sender's fields of a letter that this member writes in this mailbox."""
    return {**USER.values_of(author), **ACCOUNT.values_of(author.account), **MAILBOX.values_of(mailbox)}


def card_values(
    *, contact: Contact | None = None, company: Company | None = None, lead: Lead | None = None
) -> dict[str, str]:
    """The fields of cards. The company is that of the contact or the lead, unless another one is given."""
    company = company or (contact.company if contact else None) or (lead.company if lead else None)
    return {**CONTACT.values_of(contact), **COMPANY.values_of(company), **LEAD.values_of(lead)}
