"""Carries out the plan of an import: a few statements for all cards, inside the caller's transaction."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import chain

from django.utils import timezone

from accounts.models import Membership
from crm.bulk_rows import Cell, count_cards, insert_rows, take_ids, update_rows
from crm.card_events import EventKind, note_events
from crm.contact_names import MAX_NAME
from crm.csv_known import LINKS
from crm.csv_plan import Plan, Target
from crm.custom_fields import MODELS
from crm.models import (
    Card,
    CardEvent,
    Company,
    Contact,
    ContactEmail,
    Lead,
    Stage,
    Tag,
    Tagging,
)
from crm.pipelines import default_stage
from crm.signals import contacts_imported
from crm.tags import tag_named

COLUMNS: dict[str, tuple[str, ...]] = {
    "contact": (
        "first_name",
        "last_name",
        "name",
        "phones",
        "company_id",
        "responsible_id",
        "store_id",
        "custom_values",
    ),
    "company": ("name", "emails", "phones", "responsible_id", "custom_values"),
    "lead": ("name", "price", "stage_id", "company_id", "responsible_id", "custom_values", "stage_since", "closed_at"),
    "customer": ("name", "company_id", "responsible_id", "next_purchase_at", "custom_values"),
}

MANY = 1000  # rows of one transaction: fewer are checked quickly whatever the plan
AFTER_OWN = 100  # a position that no address has which was typed on a card


def write_plan(plan: Plan, member: Membership) -> None:
    """No triggers and no notices (G15). Stored letters come to the cards of new addresses (G02)."""
    _create_companies(plan)
    people = _create_people(plan)
    for target, card_id in zip(plan.created, take_ids(MODELS[plan.entity], len(plan.created)), strict=True):
        target.card.pk = card_id
    targets = [*plan.created, *plan.changed]
    _prepare(targets)
    _write_cards(plan)
    _write_emails(targets)
    _write_links(plan, targets, people)
    _write_tags(plan.entity, targets)
    _note(plan, member)
    if len(targets) >= MANY:
        count_cards()
    with_addresses = [target.card.pk for target in targets if target.emails]
    if changed_ids := [*people.values(), *with_addresses]:
        contacts_imported.send(Contact, contact_ids=changed_ids)


def _create_companies(plan: Plan) -> None:
    now, companies = timezone.now(), list(plan.companies.values())
    for company, company_id in zip(companies, take_ids(Company, len(companies)), strict=True):
        company.pk = company_id
    columns = ("id", "name", "emails", "phones", "custom_values", "created_at")
    insert_rows(Company, columns, ((company.pk, company.name, [], [], {}, now) for company in companies))


def _create_people(plan: Plan) -> dict[str, int]:
    """Ids of the new contacts of leads and customers, by the key of their address."""
    now = timezone.now()
    ids = dict(zip(plan.people, take_ids(Contact, len(plan.people)), strict=True))
    columns = ("id", "first_name", "last_name", "name", "phones", "custom_values", "created_at")
    insert_rows(
        Contact, columns, ((ids[key], "", "", email[:MAX_NAME], [], {}, now) for key, email in plan.people.items())
    )
    _insert_emails((ids[key], {key: email}) for key, email in plan.people.items())
    return ids


def _prepare(targets: Iterable[Target]) -> None:
    """What only the moment of writing knows."""
    now, first_stage_id, open_ids = timezone.now(), 0, _open_stage_ids()
    for target in targets:
        card = target.card
        if target.company and not isinstance(card, Company):
            card.company_id = target.company.pk
        if isinstance(card, Lead):
            first_stage_id = first_stage_id or (0 if card.stage_id else default_stage().pk)
            card.stage_id = card.stage_id or first_stage_id
            if target.old_stage_id != card.stage_id:
                card.stage_since = now
            card.closed_at = None if card.stage_id in open_ids else card.closed_at or now


def _open_stage_ids() -> set[int]:
    return set(Stage.objects.filter(kind=Stage.Kind.OPEN).values_list("pk", flat=True))


def _write_cards(plan: Plan) -> None:
    now, model, columns = timezone.now(), MODELS[plan.entity], COLUMNS[plan.entity]
    insert_rows(
        model,
        ("id", "created_at", *columns),
        ((target.card.pk, now, *_cells(target.card, columns)) for target in plan.created),
    )
    update_rows(model, ("id", *columns), ((target.card.pk, *_cells(target.card, columns)) for target in plan.changed))


def _cells(card: Card, columns: Sequence[str]) -> list[Cell]:
    return [getattr(card, column) for column in columns]


def _write_emails(targets: Sequence[Target]) -> None:
    _insert_emails((target.card.pk, target.emails) for target in targets if target.emails)


def _insert_emails(people: Iterable[tuple[int, dict[str, str]]]) -> None:
    """Behind those that the contact has already."""
    rows = (
        (contact_id, email, key, AFTER_OWN + place)
        for contact_id, emails in people
        for place, (key, email) in enumerate(emails.items())
    )
    insert_rows(ContactEmail, ("contact_id", "email", "email_key", "position"), rows)


def _write_links(plan: Plan, targets: Sequence[Target], people: dict[str, int]) -> None:
    link = LINKS.get(plan.entity)
    if link is None:
        return
    rows = (
        (target.card.pk, plan.known.contact_at(key) or people[key]) for target in targets for key in target.contacts
    )
    insert_rows(link, (f"{plan.entity}_id", "contact_id"), rows)


def _write_tags(entity: str, targets: Sequence[Target]) -> None:
    names = {key: name for target in targets for key, name in target.tags.items()}
    if not names:
        return
    Tag.objects.bulk_create((Tag(name=name) for name in names.values()), ignore_conflicts=True)
    ids = {name.lower(): tag_id for tag_id, name in Tag.objects.values_list("pk", "name")}
    ids |= {key: tag_named(name).pk for key, name in names.items() if key not in ids}
    rows = ((target.card.pk, ids[key]) for target in targets for key in target.tags)
    insert_rows(Tagging, (f"{entity}_id", "tag_id"), rows)


def _note(plan: Plan, member: Membership) -> None:
    """For the timelines."""
    now = timezone.now()
    facts: dict[str, object] = {"how": "import"}
    columns = (f"{plan.entity}_id", "kind", "facts", "actor_id", "created_at")
    rows = ((target.card.pk, EventKind.CREATED.value, facts, member.pk, now) for target in plan.created)
    insert_rows(CardEvent, columns, rows)
    moved: dict[tuple[int, int], list[Card]] = defaultdict(list)
    for target in plan.changed:
        if isinstance(target.card, Lead) and target.old_stage_id not in (None, target.card.stage_id):
            moved[target.old_stage_id or 0, target.card.stage_id].append(target.card)
    names = dict(Stage.objects.filter(pk__in=set(chain(*moved))).values_list("pk", "name"))
    for (old, new), leads in moved.items():
        note_events(leads, EventKind.MOVED, actor=member, **{"from": names[old], "to": names[new]})
