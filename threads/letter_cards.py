"""Which cards a letter shows on, and which letters a card shows: contacts by their links, all others by their contacts,
companies by addresses of their own too (R08). Deciding it for a card's timeline is threads.timeline_sql."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter

from django.db.models.expressions import RawSQL

from crm.models import CARDS
from threads.sql import select
from threads.timeline_sql import CLOSED_AT

_SHOWS = f"(stage.kind = 'open' OR link.received_at <= {CLOSED_AT})"
SHOWN_ON = f"""
-- kind: the place in crm.models.CARDS
WITH link AS MATERIALIZED (
  SELECT message_id, contact_id, received_at FROM threads_cardlink WHERE message_id = ANY(%(messages)s))
SELECT message_id, 0 AS kind, contact_id AS id FROM link
UNION SELECT link.message_id, 1, contact.company_id FROM link JOIN crm_contact contact ON contact.id = link.contact_id
  WHERE contact.company_id IS NOT NULL
UNION SELECT person.message_id, 1, firm.id FROM threads_participant person
  JOIN (SELECT id, lower(unnest(emails)) AS email_key FROM crm_company WHERE emails <> '{{}}') firm USING (email_key)
  WHERE person.message_id = ANY(%(messages)s)
UNION SELECT link.message_id, 2, lead.id FROM link JOIN crm_leadcontact taking ON taking.contact_id = link.contact_id
  JOIN crm_lead lead ON lead.id = taking.lead_id JOIN crm_stage stage ON stage.id = lead.stage_id WHERE {_SHOWS}
UNION SELECT link.message_id, 3, of.customer_id FROM link
  JOIN crm_customercontact of ON of.contact_id = link.contact_id
ORDER BY 1, 2, 3
"""  # noqa: S608  (no words of anybody)
_OF_PEOPLE = "SELECT link.message_id FROM threads_cardlink link"
LETTERS_ON = {
    "contact": f"{_OF_PEOPLE} WHERE link.contact_id = %s",
    "company": f"""{_OF_PEOPLE} JOIN crm_contact contact ON contact.id = link.contact_id WHERE contact.company_id = %s
UNION SELECT message_id FROM threads_participant
WHERE email_key IN (SELECT lower(unnest(emails)) FROM crm_company WHERE id = %s)""",  # noqa: S608
    "lead": f"""{_OF_PEOPLE} JOIN crm_leadcontact taking ON taking.contact_id = link.contact_id
JOIN crm_lead lead ON lead.id = taking.lead_id JOIN crm_stage stage ON stage.id = lead.stage_id
WHERE lead.id = %s AND {_SHOWS}""",
    "customer": f"""{_OF_PEOPLE} JOIN crm_customercontact of ON of.contact_id = link.contact_id
WHERE of.customer_id = %s""",
}


@dataclass(frozen=True, slots=True)
class ShownOn:
    """A card of a letter; `type` is one of crm.models.CARDS."""

    type: str
    id: int


def cards_of(message_ids: Collection[int]) -> dict[int, list[ShownOn]]:
    """Of each letter that has any: contacts first, then companies, leads, customers. One statement."""
    rows = select(SHOWN_ON, {"messages": list(message_ids)}) if message_ids else []
    return {pk: [ShownOn(CARDS[kind], card) for _pk, kind, card in found] for pk, found in groupby(rows, itemgetter(0))}


def letters_on(card_type: str, card_id: int) -> RawSQL:
    """For `pk__in`, whoever may see them; those in Deleted are among them."""
    sql = LETTERS_ON[card_type]
    return RawSQL(sql, [card_id] * sql.count("%s"))  # noqa: S611
