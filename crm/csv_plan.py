"""What a file will do to the cards: which of its lines are new ones, which change one that is there, and how.

The plan is made in memory and writes nothing. Trying an import makes it and counts, carrying it out makes it again and
hands it to crm.csv_writing: so what was promised is what happens.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from crm.contact_names import phone_key, shown_name
from crm.csv_known import Known, keys_of
from crm.csv_rows import Row
from crm.custom_fields import MODELS
from crm.errors import ValueRefused
from crm.models import Card, CardImport, Company, Contact, Customer, Lead
from crm.signals import contacts_merging
from mailkit.addresses import email_key

Matching = CardImport.Matching


@dataclass(slots=True, eq=False)
class Target:
    """A card as it will be. What comes to it is kept in dictionaries: in order, and each once."""

    card: Card  # without an id while it is new
    is_changed: bool = False
    old_stage_id: int | None = None  # of a lead that moves
    company: Company | None = None  # one that this import makes: its id comes later
    emails: dict[str, str] = field(default_factory=dict)  # of a contact, by key
    contacts: dict[str, str] = field(default_factory=dict)  # addresses by key, of a lead or customer
    tags: dict[str, str] = field(default_factory=dict)  # by lower case

    @property
    def is_new(self) -> bool:
        return self.card.pk is None


class Plan:
    """Feed it the rows in their order, then read what is planned, and the counts. One that `is_real`, and may change
    cards, holds them: what a colleague changes meanwhile comes before or after it, and is not overwritten.
    """

    def __init__(self, entity: str, matching: str, rows: Sequence[Row], *, is_real: bool) -> None:
        self.entity, self._matching = entity, matching
        is_holding = is_real and matching == Matching.UPDATE
        if is_holding:
            contacts_merging.send(Contact)
        self.known = Known(entity, rows, is_matching=matching != Matching.CREATE, is_holding=is_holding)
        self.created: list[Target] = []
        self.companies: dict[str, Company] = {}  # new ones, by lower case
        self.people: dict[str, str] = {}  # addresses that no contact has yet, by key
        self.row_count = 0
        self.merged_count = 0  # rows that went to the card of a row above
        self._there: dict[int, Target] = {}
        self._by_key: dict[str, list[Target]] = {}  # what the rows above are recognized by
        self._filled: set[Target] = set()

    @property
    def changed(self) -> list[Target]:
        return [target for target in self._there.values() if target.is_changed]

    def add(self, row: Row) -> None:
        """Raises ValueRefused; then nothing of the row is planned."""
        found = self._find(row) if self._matching != Matching.CREATE else None
        if not (found and self._matching == Matching.SKIP):
            self._fill(found or self._create(row), row)
        self.row_count += 1

    def _fill(self, target: Target, row: Row) -> None:
        self.merged_count += target in self._filled
        self._filled.add(target)
        _apply_values(row, target)
        self._apply_company(row, target)
        self._apply_lists(row, target)
        self._name(row, target)

    def _find(self, row: Row) -> Target | None:
        """The card that is meant, by its ID or by what it is recognized by."""
        if row.card_id is not None:
            if not self.known.has(row.card_id):
                words = _("No card has this ID. Leave out the column to find cards by address or name.")
                raise ValueRefused("id", words)
            return self._target_of(row.card_id)
        found: dict[Target, None] = {}
        for key in keys_of(self.entity, row):
            found.update(dict.fromkeys(self._target_of(card_id) for card_id in self.known.with_key(key)))
            found.update(dict.fromkeys(self._by_key.get(key, ())))
        fitting = [target for target in found if self._fits(row, target)]
        if len(fitting) > 1:
            raise ValueRefused("", _("This could be one of several cards. Name the right one by its ID."))
        return fitting[0] if fitting else None

    def _fits(self, row: Row, target: Target) -> bool:
        """A name alone says little: many leads are called "Website enquiry", and two people have one name."""
        card = target.card
        if isinstance(card, Lead):
            keys = map(email_key, row.contacts)
            return not row.contacts or any(
                key in target.contacts or self.known.takes_part(card.pk, key) for key in keys
            )
        if isinstance(card, Contact) and not row.emails:
            phones = set(map(phone_key, card.phones))
            return _is_of_store(card, row.store_id) and not phones.isdisjoint(map(phone_key, row.phones))
        return _is_of_store(card, row.store_id)

    def _target_of(self, card_id: int) -> Target:
        if card_id not in self._there:
            self._there[card_id] = Target(self.known.card(card_id))
        return self._there[card_id]

    def _create(self, row: Row) -> Target:
        instead_of_name = {"contact": [*row.emails, *row.phones], "customer": row.contacts}.get(self.entity)
        if not (row.name or row.first_name or row.last_name or instead_of_name):
            raise ValueRefused("", _("A new card needs a name."))
        target = Target(MODELS[self.entity]())
        self.created.append(target)
        self._remember(target, keys_of(self.entity, row))
        return target

    def _remember(self, target: Target, keys: Iterable[str]) -> None:
        """For the rows below."""
        for key in keys:
            found = self._by_key.setdefault(key, [])
            if target not in found:
                found.append(target)

    def _apply_company(self, row: Row, target: Target) -> None:
        card, key = target.card, row.company.lower()
        if isinstance(card, Company) or not key:
            return
        current = target.company or (self.known.company(card.company_id) if card.company_id else None)
        if current and current.name.lower() == key:
            return
        if known := self.known.company_named(key):
            card.company_id, target.company = known.pk, None
        else:
            target.company = self.companies.setdefault(key, Company(name=row.company))
        target.is_changed = True

    def _apply_lists(self, row: Row, target: Target) -> None:
        card_id, before = target.card.pk, _size(target)
        own_emails, own_tags = self.known.emails_of(card_id), self.known.tags_of(card_id)
        if self.entity == "contact":
            target.emails |= {key: email for email in row.emails if (key := email_key(email)) not in own_emails}
            self._remember(target, target.emails)
        target.tags |= {key: name for name in row.tags if (key := name.lower()) not in own_tags}
        for email in row.contacts:
            key = email_key(email)
            if not self.known.takes_part(card_id, key):
                target.contacts.setdefault(key, email)
            if self.known.contact_at(key) is None:
                self.people.setdefault(key, email)
        target.is_changed |= _size(target) != before

    def _name(self, row: Row, target: Target) -> None:
        """What lists show."""
        card = target.card
        if isinstance(card, Contact):
            emails = [*self.known.emails_of(card.pk).values(), *target.emails.values()]
            card.name = shown_name(card.first_name, card.last_name, emails, card.phones) or card.name
        elif not card.name:  # a customer
            card.name = next(iter(row.contacts))[:200]


def _size(target: Target) -> tuple[int, int, int]:
    return len(target.emails), len(target.contacts), len(target.tags)


def _is_of_store(card: Card, store_id: int | None) -> bool:
    """R09: the same person may be a contact of several stores."""
    return not store_id or not isinstance(card, Contact) or card.store_id in (None, store_id)


def _apply_values(row: Row, target: Target) -> None:
    """The columns of the card's own table."""
    card = target.card
    if isinstance(card, Lead) and row.stage_id and card.stage_id and target.old_stage_id is None:
        target.old_stage_id = card.stage_id
    for name, value in _values_of(row, card):
        if value not in (None, "") and value != getattr(card, name):
            setattr(card, name, value)
            target.is_changed = True


def _values_of(row: Row, card: Card) -> Iterable[tuple[str, object]]:
    yield "responsible_id", row.responsible_id
    yield "custom_values", _without_nothing({**card.custom_values, **row.own})
    if isinstance(card, Contact):
        yield from _names_of(row, card)
        yield "store_id", row.store_id
    else:
        yield "name", row.name
    if isinstance(card, Contact | Company):
        yield "phones", _joined(card.phones, row.phones, phone_key)
    if isinstance(card, Company):
        yield "emails", _joined(card.emails, row.emails, email_key)
    if isinstance(card, Lead):
        yield from (("price", row.price), ("stage_id", row.stage_id))
    if isinstance(card, Customer):
        yield "next_purchase_at", row.next_purchase_at


def _names_of(row: Row, card: Contact) -> Iterable[tuple[str, str]]:
    """The full name in its two parts, which have columns of their own too."""
    first, _space, last = row.name.partition(" ") if row.name != card.name else ("", "", "")
    yield "first_name", row.first_name or first[:100]
    yield "last_name", row.last_name or last[:100]


def _without_nothing(values: dict[str, object]) -> dict[str, object]:
    return {number: value for number, value in values.items() if value is not None}


def _joined(own: Sequence[str], more: Sequence[str], key_of: Callable[[str], str]) -> list[str]:
    """Its own, then those that are new."""
    known = {key_of(each) for each in own}
    return [*own, *(each for each in more if key_of(each) not in known)]
