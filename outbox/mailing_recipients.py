"""Who gets a mailing: rows, made by one statement from ticked cards or from all that a list has (M10)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.tenancy import current_account_id
from crm.card_lists import MODELS, list_cards, parse_filter
from outbox.errors import LetterRefused
from outbox.models import Mailing, MailingRecipient

State = MailingRecipient.State
Reason = MailingRecipient.Reason
MOST_TICKED = 100_000
MOST_QUERY_CHARS = 4_000

# The people of each kind of cards, each once, with the lead that they are written to about: the newest of the chosen.
_PEOPLE = {
    "contact": "SELECT c.id, NULL::bigint FROM crm_contact c WHERE c.id IN ({cards})",
    "company": "SELECT c.id, NULL::bigint FROM crm_contact c WHERE c.company_id IN ({cards})",
    "lead": "SELECT l.contact_id, max(l.lead_id) FROM crm_leadcontact l WHERE l.lead_id IN ({cards}) GROUP BY 1",
    "customer": "SELECT DISTINCT k.contact_id, NULL::bigint FROM crm_customercontact k"
    " WHERE k.customer_id IN ({cards})",
}
# Everybody has a row, those who are left out too, with the reason. Who unsubscribed at one address gets nothing at the
# others either; else the first address that takes mail counts, and of several people with one the first by name.
_PREPARE = r"""
WITH chosen (contact_id, lead_id) AS ({people}),
refused AS (SELECT email_key, max(reason) AS reason FROM outbox_suppression GROUP BY email_key),
addressed AS (
  SELECT DISTINCT ON (h.contact_id) h.contact_id, h.lead_id, p.name, e.email, e.email_key,
    CASE WHEN e.email IS NULL THEN 'no_address' WHEN s.reason IS NOT NULL THEN s.reason
         WHEN e.email !~ '^[^@[:space:]]+@[^@[:space:]]+\.[^@[:space:]]+$' THEN 'bad_address' ELSE '' END AS reason
  FROM chosen h JOIN crm_contact p ON p.id = h.contact_id
  LEFT JOIN crm_contactemail e ON e.contact_id = h.contact_id
  LEFT JOIN refused s ON s.email_key = e.email_key
  ORDER BY h.contact_id, (s.reason = 'unsubscribed') IS TRUE DESC, s.reason IS NOT NULL, e.position, e.id),
counted AS (
  SELECT *, row_number() OVER (PARTITION BY email_key, reason ORDER BY name, contact_id) AS number FROM addressed)
INSERT INTO outbox_mailingrecipient
  (account_id, mailing_id, contact_id, lead_id, name, address, email_key, state, reason)
SELECT %s, %s, contact_id, lead_id, name, coalesce(email, ''), coalesce(email_key, ''),
  CASE WHEN reason = '' AND number = 1 THEN 'waiting' ELSE 'skipped' END,
  CASE WHEN reason = '' AND number > 1 THEN 'double' ELSE reason END
FROM counted ORDER BY name, contact_id
"""


@dataclass(frozen=True, slots=True)
class Selection:
    """Cards: ticked ones, or all that a list has, named by its query (`q=ana&tag=vip`)."""

    kind: str  # one of crm.models.CARDS
    ids: Sequence[int] = ()
    query: str | None = None

    def to_json(self) -> dict[str, Any]:
        """Raises LetterRefused."""
        if self.kind not in MODELS:
            raise LetterRefused("filter", _("Choose contacts, companies, leads or customers."))
        if self.query is not None:
            if len(self.query) > MOST_QUERY_CHARS:  # cut, it would find more people
                raise LetterRefused("filter", _("The list is narrowed by too much. Take out a filter."))
            return {"kind": self.kind, "filter": self.query}
        if not self.ids or len(self.ids) > MOST_TICKED:
            raise LetterRefused("filter", _("Choose whom the mailing goes to."))
        return {"kind": self.kind, "ids": list(dict.fromkeys(self.ids))}


def prepare(mailing: Mailing) -> int:
    """Find the recipients anew, in the caller's transaction; how many will get it."""
    mailing.recipients.all().delete()
    people, params = _people_of(mailing.selection)
    if people:
        with connection.cursor() as cursor:
            cursor.execute(_PREPARE.format(people=people), [*params, current_account_id(), mailing.pk])
    mailing.recipient_count = mailing.recipients.filter(state=State.WAITING).count()
    mailing.prepared_at = timezone.now()
    mailing.save(update_fields=["recipient_count", "prepared_at"])
    return mailing.recipient_count


def _people_of(selection: dict[str, Any]) -> tuple[str, Sequence[Any]]:
    """ "" when there cannot be any."""
    kind = selection["kind"]
    try:
        cards, params = _cards_of(kind, selection).order_by().values("pk").query.sql_with_params()
    except EmptyResultSet:
        return "", ()
    return _PEOPLE[kind].format(cards=cards), params


def _cards_of(kind: str, selection: dict[str, Any]) -> QuerySet[Any]:
    if "filter" in selection:
        return list_cards(kind, parse_filter(kind, QueryDict(selection["filter"])))
    rows: QuerySet[Any] = MODELS[kind].objects.filter(pk__in=selection["ids"])
    return rows
