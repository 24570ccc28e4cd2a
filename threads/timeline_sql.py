"""The statement that finds a page of a card's timeline: a branch for each kind, read by keyset from its own index."""

from __future__ import annotations

import base64
import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from accounts.models import Membership
from crm.cards import type_of
from crm.keyset import comparable, unpacked
from crm.models import Card, Company, Lead, Stage
from mailboxes.readable import readable_sql
from mailkit.addresses import email_key
from threads.sql import Statement

# The order of rows of the same moment: a card is made after the letter that it is made of.
KINDS = ("letter", "removed", "event", "task", "note")
TABLES = {"event": "crm_cardevent", "task": "crm_task", "note": "crm_note"}
NONE = "SELECT NULL::bigint AS id WHERE false"
END_OF_TIME = "infinity"
FIRST_ID, LAST_ID = 0, 2**63 - 1

# Whose letters stand on the card (R08, K14). One parameter: the card's id.
PEOPLE = {
    "contact": "SELECT %s::bigint AS id",
    "company": "SELECT id FROM crm_contact WHERE company_id = %s",
    "lead": "SELECT contact_id AS id FROM crm_leadcontact WHERE lead_id = %s",
    "customer": "SELECT contact_id AS id FROM crm_customercontact WHERE customer_id = %s",
}
# When the `lead` got its last letter, if its `stage` is not open any more: see _Asked.until.
CLOSED_AT = "coalesce(lead.closed_at, lead.stage_since)"
# Whose notes, tasks and events stand on it beside its own.
LEADS = {
    "contact": "SELECT lead_id AS id FROM crm_leadcontact WHERE contact_id = %s",
    "company": "SELECT id FROM crm_lead WHERE company_id = %s",
    "customer": (
        "SELECT DISTINCT l.lead_id AS id FROM crm_leadcontact l "
        "JOIN crm_customercontact c ON c.contact_id = l.contact_id WHERE c.customer_id = %s"
    ),
}
# MATERIALIZED keeps each of the three from being worked out anew in every branch. The rows of one contact are read
# newest first until there are enough: LATERAL makes that a walk along the index, once for each contact.
PAGE = """
WITH boxes AS MATERIALIZED ({boxes}), people AS MATERIALIZED ({people}), leads AS MATERIALIZED ({leads})
SELECT (ARRAY[{names}])[kind], at, id FROM ({branches}) entry ORDER BY at DESC, kind DESC, id DESC LIMIT %s
"""
LETTERS_OF_PEOPLE = """
SELECT found.at, found.id FROM people CROSS JOIN LATERAL (
  SELECT c.received_at AS at, c.message_id AS id FROM threads_cardlink c JOIN threads_message m ON m.id = c.message_id
  WHERE c.contact_id = people.id AND (c.received_at, c.message_id) < (%s, %s) AND c.received_at <= %s
    AND m.deleted_at IS NULL AND m.mailbox_id IN (SELECT boxes.id FROM boxes)
  ORDER BY c.received_at DESC, c.message_id DESC LIMIT %s) found
"""
LETTERS_OF_ADDRESSES = """
SELECT m.received_at AS at, m.id FROM threads_message m
WHERE m.id IN (SELECT p.message_id FROM threads_participant p WHERE p.email_key = ANY(%s))
  AND (m.received_at, m.id) < (%s, %s) AND m.deleted_at IS NULL AND m.mailbox_id IN (SELECT boxes.id FROM boxes)
"""
# DISTINCT: a letter with two contacts of the card is one entry.
LETTERS = """
SELECT {kind} AS kind, at, id FROM (SELECT DISTINCT at, id FROM ({sources}) source) letter
ORDER BY at DESC, id DESC LIMIT %s
"""
REMOVED = """
SELECT {kind} AS kind, found.at, found.id FROM people CROSS JOIN LATERAL (
  SELECT r.received_at AS at, r.id FROM threads_removedletter r JOIN threads_removedmailbox b ON b.id = r.mailbox_id
  WHERE r.contact_id = people.id AND (r.received_at, r.id) < (%s, %s) AND r.received_at <= %s
    AND b.seen_by @> ARRAY[%s::bigint]
  ORDER BY r.received_at DESC, r.id DESC LIMIT %s) found
"""
OWN = """
SELECT {kind} AS kind, created_at AS at, id FROM {table}
WHERE {column} = %s AND (created_at, id) < (%s, %s) ORDER BY created_at DESC, id DESC LIMIT %s
"""
OF_LEADS = """
SELECT {kind} AS kind, found.at, found.id FROM leads CROSS JOIN LATERAL (
  SELECT created_at AS at, id FROM {table}
  WHERE lead_id = leads.id AND (created_at, id) < (%s, %s) ORDER BY created_at DESC, id DESC LIMIT %s) found
"""


@dataclass(frozen=True, slots=True)
class Place:
    """An entry's place in the order; a page begins after one. `kind` is one of KINDS."""

    at: datetime
    kind: str
    row_id: int

    def to_text(self) -> str:
        """For addresses: opaque."""
        packed = json.dumps([self.at.isoformat(), self.kind, self.row_id], separators=(",", ":"))
        return base64.urlsafe_b64encode(packed.encode()).decode().rstrip("=")

    @classmethod
    def from_text(cls, text: str) -> Place:
        """Raises ValueError for what to_text() did not write."""
        try:
            at, kind, row_id = unpacked(text)
        except TypeError as error:  # JSON, but no list
            raise ValueError("not a place in a timeline") from error
        if not isinstance(at, str) or kind not in KINDS or not isinstance(row_id, int) or not 0 <= row_id <= LAST_ID:
            raise ValueError("not a place in a timeline")
        return cls(comparable(datetime.fromisoformat(at)), kind, comparable(row_id))

    def start_of(self, kind: str) -> tuple[datetime, int]:
        """The rows of this kind that come after the place are those below this pair of time and id."""
        mine, others = KINDS.index(self.kind), KINDS.index(kind)
        if mine == others:
            return self.at, self.row_id
        return self.at, (LAST_ID if others < mine else FIRST_ID)


@dataclass(frozen=True, slots=True)
class _Asked:
    member: Membership
    card: Card
    after: Place | None
    limit: int

    def start_of(self, kind: str) -> tuple[Any, int]:
        return self.after.start_of(kind) if self.after else (END_OF_TIME, FIRST_ID)

    @property
    def until(self) -> Any:  # noqa: ANN401  (a moment, or PostgreSQL's word for none)
        """R08 says open leads: one that is won or lost keeps the letters of its time, and gets no more."""
        if isinstance(self.card, Lead) and self.card.stage.kind != Stage.Kind.OPEN:
            return self.card.closed_at or self.card.stage_since
        return END_OF_TIME


def timeline_statement(
    member: Membership, card: Card, *, kinds: Collection[str], after: Place | None, limit: int
) -> Statement:
    """Selects kind, time and id of the entries after this place, as far as the member sees them."""
    asked, card_type = _Asked(member, card, after, limit), type_of(card)
    boxes, box_params = readable_sql(member)
    leads = LEADS.get(card_type)
    branches = [branch for kind in KINDS if kind in kinds for branch in _branches(asked, kind, has_leads=bool(leads))]
    sql = PAGE.format(
        boxes=boxes,
        people=PEOPLE[card_type],
        leads=leads or NONE,
        names=", ".join(f"'{kind}'" for kind in KINDS),
        branches=" UNION ALL ".join(f"({branch.sql})" for branch in branches),
    )
    ids = [card.pk, card.pk] if leads else [card.pk]
    return Statement(sql, [*box_params, *ids, *(value for branch in branches for value in branch.params), limit])


def _branches(asked: _Asked, kind: str, *, has_leads: bool) -> Sequence[Statement]:
    if kind == "letter":
        return [_letters(asked)]
    if kind == "removed":
        return [_removed(asked)]
    facts = {"kind": _number(kind), "table": TABLES[kind]}
    rest = [*asked.start_of(kind), asked.limit]
    own = Statement(OWN.format(**facts, column=f"{type_of(asked.card)}_id"), [asked.card.pk, *rest])
    return [own, Statement(OF_LEADS.format(**facts), rest)] if has_leads else [own]


def _letters(asked: _Asked) -> Statement:
    start = asked.start_of("letter")
    sources, params = [LETTERS_OF_PEOPLE], [*start, asked.until, asked.limit]
    if isinstance(asked.card, Company) and asked.card.emails:
        sources.append(LETTERS_OF_ADDRESSES)
        params += [[email_key(email) for email in asked.card.emails], *start]
    sql = LETTERS.format(kind=_number("letter"), sources=" UNION ALL ".join(sources))
    return Statement(sql, [*params, asked.limit])


def _removed(asked: _Asked) -> Statement:
    params = [*asked.start_of("removed"), asked.until, asked.member.pk, asked.limit]
    return Statement(REMOVED.format(kind=_number("removed")), params)


def _number(kind: str) -> int:
    """As PostgreSQL counts the members of an array."""
    return KINDS.index(kind) + 1
