"""The merge fields there are, by what they belong to: their names, their words for the picker, their values (K52).

Values are written for clients: in the language of the account and by its clock, whoever writes or works (M18).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Generic, TypeVar
from zoneinfo import ZoneInfo

from django.utils import timezone, translation
from django.utils.formats import date_format, number_format
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Account, Membership
from crm.custom_fields import fields_of
from crm.field_values import Card, texts_of
from crm.models import Company, Contact, Customer, CustomField, Lead
from mailboxes.mailbox_fields import mailbox_texts
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


def _next_purchase(customer: Customer) -> str:
    return str(date_format(customer.next_purchase_at, "DATE_FORMAT")) if customer.next_purchase_at else ""


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
CUSTOMER: Group[Customer] = Group(
    "customer",
    _("Customer"),
    (
        Field("name", pgettext_lazy("company or lead", "Name"), lambda customer: customer.name),
        Field("next_purchase", _("Next purchase"), _next_purchase),
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
CARD_GROUPS = (CONTACT, COMPANY, LEAD, CUSTOMER)


@dataclass(frozen=True, slots=True)
class Cards:
    """Whom a letter concerns; see `cards_of`."""

    contact: Contact | None = None
    company: Company | None = None
    lead: Lead | None = None
    customer: Customer | None = None


@dataclass(frozen=True, slots=True)
class PickerField:
    """A field as a picker offers it; `name` is what stands between the braces."""

    name: str
    label: str | Promise


@dataclass(frozen=True, slots=True)
class PickerGroup:
    name: str
    label: str | Promise
    fields: tuple[PickerField, ...]


def cards_of(*, contact: Contact | None = None, lead: Lead | None = None) -> Cards:
    """With those that follow from what is given: a lead's first contact, a contact's first customer, their company."""
    contact = contact or (lead.contacts.order_by("name", "id").first() if lead else None)
    company = (contact.company if contact else None) or (lead.company if lead else None)
    customer = contact.customers.order_by("name", "id").first() if contact else None
    return Cards(contact=contact, company=company, lead=lead, customer=customer)


def names() -> frozenset[str]:
    """All fields that a letter of this account may hold, its own among them."""
    built_in = frozenset().union(*(group.names() for group in (*SENDER_GROUPS, *CARD_GROUPS)))
    own = list(CustomField.objects.values_list("entity", "code"))
    bare = {code for entity, code in own if entity != MAILBOX.name}  # those of cards are known without the card too
    return built_in | bare | {f"{entity}.{code}" for entity, code in own}


def sender_names() -> frozenset[str]:
    """Those that a letter has whomever it goes to: the mailbox's own among them."""
    own = (f"{MAILBOX.name}.{field.code}" for field in fields_of(MAILBOX.name))
    return frozenset().union(*(group.names() for group in SENDER_GROUPS), own)


def picker_groups() -> list[PickerGroup]:
    """For people who choose one: by card, the account's own after the others."""
    own: dict[str, list[PickerField]] = {}
    for field in CustomField.objects.order_by("entity", "position", "id"):
        own.setdefault(field.entity, []).append(PickerField(f"{field.entity}.{field.code}", field.name))
    return [_picker_group(group, own.get(group.name, [])) for group in (*CARD_GROUPS, *SENDER_GROUPS)]


def picker_labels() -> dict[str, str]:
    """The words of each field where it stands alone, by its name: "Lead: Name", but "First name"."""
    groups = picker_groups()
    counts = Counter(str(field.label) for group in groups for field in group.fields)
    return {
        field.name: str(field.label) if counts[str(field.label)] == 1 else f"{group.label}: {field.label}"
        for group in groups
        for field in group.fields
    }


def _picker_group(group: Group[Any], own: Iterable[PickerField]) -> PickerGroup:
    built_in = (PickerField(f"{group.name}.{field.name}", field.label) for field in group.fields)
    return PickerGroup(group.name, group.label, (*built_in, *own))


@contextmanager
def as_clients_read(account: Account) -> Iterator[None]:
    """What is written in here has the account's words and formats."""
    with translation.override(account.language), timezone.override(ZoneInfo(account.timezone)):
        yield


def sender_values(author: Membership, mailbox: Mailbox | None) -> dict[str, str]:
    """The sender's fields of a letter that this member writes in this mailbox; what is built in goes first (R03)."""
    with as_clients_read(author.account):
        own = {f"{MAILBOX.name}.{code}": text for code, text in mailbox_texts(mailbox).items()}
    return {**own, **USER.values_of(author), **ACCOUNT.values_of(author.account), **MAILBOX.values_of(mailbox)}


def card_values(cards: Cards) -> dict[str, str]:
    """The fields of cards, and those that the account added to them by code: `lead.CODE`, and bare `CODE`. In the
    language that is active: see `as_clients_read`.
    """
    rows: tuple[tuple[Group[Any], Card | None], ...] = (
        *((LEAD, cards.lead), (CONTACT, cards.contact)),
        *((COMPANY, cards.company), (CUSTOMER, cards.customer)),
    )
    own = list(CustomField.objects.all())
    values: dict[str, str] = {}
    bare: dict[str, str] = {}
    for group, row in rows:
        mine = [field for field in own if field.entity == group.name]
        texts = texts_of(row.custom_values if row else {}, mine)
        # What is built in goes first; of several cards with the same code, the first that has something.
        values |= {**{f"{group.name}.{code}": text for code, text in texts.items()}, **group.values_of(row)}
        bare |= {code: bare.get(code) or text for code, text in texts.items()}
    return {**bare, **values}


def letter_values(author: Membership, mailbox: Mailbox | None, cards: Cards) -> dict[str, str]:
    """All that `names` knows, of one letter."""
    with as_clients_read(author.account):
        cards_own = card_values(cards)
    return {**cards_own, **sender_values(author, mailbox)}
