"""What clients fill in (M120-M127): written to the cards, with one note of all that was sent.

Only fields that the letter or page holds are written, and only to the cards that it is about: which those are, the
address of the form says, never what was sent. Why answers of machines do not come here: public_face.views.forms.
"""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.utils import timezone, translation

from accounts import live
from accounts.ids import row_number
from accounts.models import Account, Membership
from crm.field_values import merge_values
from crm.models import CARDS, Card, Contact, CustomField, Note
from crm.notes import create_note
from outbox.models import OutgoingMail
from pages.errors import PageNotFound
from pages.form_sources import Form, cards_about
from pages.form_values import Sent, plan_values, written_numbers
from pages.form_words import Reason, note_text
from pages.models import FormAnswer
from tracking.models import Tracked

logger = logging.getLogger(__name__)

SAME_WITHIN = timedelta(minutes=1)  # a second click is not a second answer
BY_PROGRAMS = Q(refused__contains=[{"reason": str(Reason.TRAP)}])
# Where the note stands, if there is one. Cards are held in this order.
NOTE_ON = ("lead", "contact", "company", "customer")


@transaction.atomic
def save_answer(account: Account, form: Form, sent: Sequence[Sent], *, by_address: bool = False) -> FormAnswer:
    """In the account's scope. The same answer again, just after the first, is that one. `by_address`: by GET, which
    browsers repeat by themselves whenever they open a tab anew.
    """
    digest = _digest(sent)
    Tracked.objects.select_for_update(no_key=True).get(pk=form.tracked_id)  # two clicks at once
    same = _same_before(form, digest, by_address=by_address)
    if same:
        return same
    with translation.override(account.language), timezone.override(account.timezone):
        return _write(form, sent, digest)


def note_trap(form: Form, sent: Sequence[Sent]) -> None:
    """A program filled it in: nothing is written, but it is counted."""
    refused = [{"name": "", "reason": Reason.TRAP}]
    FormAnswer.objects.create(tracked_id=form.tracked_id, digest=_digest(sent), refused=refused, **_source(form))
    logger.info("form trap", extra={"tracked_id": form.tracked_id})


def count_recent(tracked_id: int, since: timedelta) -> int:
    return FormAnswer.objects.filter(tracked=tracked_id, created_at__gt=timezone.now() - since).count()


def answers_for(member: Membership) -> QuerySet[FormAnswer]:
    """All of the account: they stand in notes on cards that every member sees. `shown_mail_id` names the letter as far
    as he may see it.
    """
    mine = OutgoingMail.objects.visible_to(member).filter(pk=OuterRef("mail"))
    rows = FormAnswer.objects.annotate(shown_mail_id=Subquery(mine.values("pk")[:1]))
    return rows.order_by("-created_at", "-id")


def get_answer_for(member: Membership, answer_id: int | str) -> FormAnswer:
    """Raises PageNotFound."""
    answer = answers_for(member).filter(pk=row_number(answer_id)).first()
    if answer is None:
        raise PageNotFound
    return answer


def erase_answers_of(contact: Contact) -> None:
    """With their notes, also on leads that have other people too (G16). Before the card goes."""
    answers = FormAnswer.objects.filter(contact=contact)
    Note.objects.filter(pk__in=answers.values("note")).delete()
    answers.delete()


def _write(form: Form, sent: Sequence[Sent], digest: str) -> FormAnswer:
    cards = _held(cards_about(form))
    plan = plan_values(sent, form.keys, list(CustomField.objects.order_by("position", "id")), cards)
    for card_type, changes in plan.changes.items():
        merge_values(cards[card_type], changes)
        cards[card_type].save(update_fields=["custom_values"])
    place = next((name for name in NOTE_ON if name in cards), None)
    note = create_note(cards[place], note_text(form.page_name, plan.lines), author=None) if place else None
    if "lead" in cards:
        live.publish("lead", everyone=True)
    return FormAnswer.objects.create(
        tracked_id=form.tracked_id,
        note=note,
        digest=digest,
        written=written_numbers(plan.changes),
        refused=[{"name": line.name, "reason": line.reason} for line in plan.lines if line.reason],
        **_source(form),
        **{f"{name}_id": cards[name].pk for name in ("contact", "lead") if name in cards},
    )


def _same_before(form: Form, digest: str, *, by_address: bool) -> FormAnswer | None:
    answers = FormAnswer.objects.filter(tracked=form.tracked_id).exclude(BY_PROGRAMS)
    recent = answers.filter(digest=digest, created_at__gt=timezone.now() - SAME_WITHIN).first()
    if recent or not by_address:
        return recent
    last = answers.order_by("-created_at", "-id").first()
    return last if last and last.digest == digest else None


def _held(cards: Mapping[str, Card]) -> dict[str, Card]:
    """What others save meanwhile stays. Always in the same order, and without what was deleted just now."""
    held: dict[str, Card] = {}
    for card_type in filter(cards.__contains__, CARDS):
        rows: QuerySet[Any] = type(cards[card_type]).objects.all()
        card = rows.select_for_update(no_key=True, of=("self",)).filter(pk=cards[card_type].pk).first()
        if card is not None:
            held[card_type] = card
    return held


def _source(form: Form) -> dict[str, Any]:
    return {"mail": form.mail, "page_link": form.page_link}


def _digest(sent: Sequence[Sent]) -> str:
    plain = json.dumps(sorted((one.name, one.values) for one in sent))
    return hashlib.sha256(plain.encode("utf-8", "replace")).hexdigest()
