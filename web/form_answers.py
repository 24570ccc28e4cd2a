"""Forms that clients filled in, beside the letter or page they stood in. What they typed is in the note on the card."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from crm.cards import type_of
from crm.models import Contact, Lead
from outbox.models import OutgoingMail
from pages.form_words import Reason
from pages.models import FormAnswer, Page

MOST_LINES = 20


@dataclass(frozen=True, slots=True)
class AnswerLine:
    """`href` is that of the card; "" when it is gone."""

    answer: FormAnswer
    who: str
    href: str
    words: str


def lines_of_letter(mail: OutgoingMail) -> Sequence[AnswerLine]:
    """The newest."""
    return _lines(FormAnswer.objects.filter(mail=mail))


def lines_of_page(page: Page) -> Sequence[AnswerLine]:
    """The newest, of whichever link of the page."""
    return _lines(FormAnswer.objects.filter(page_link__page=page))


def _lines(rows: QuerySet[FormAnswer]) -> list[AnswerLine]:
    newest = rows.select_related("contact", "lead").order_by("-created_at", "-id")[:MOST_LINES]
    return [_line(answer) for answer in newest]


def _line(answer: FormAnswer) -> AnswerLine:
    card: Contact | Lead | None = answer.contact or answer.lead
    href = reverse(type_of(card), args=[card.pk]) if card else ""
    return AnswerLine(answer, card.name if card else "", href, _words(answer))


def _words(answer: FormAnswer) -> str:
    if any(one["reason"] == Reason.TRAP for one in answer.refused):
        return _("A program filled in what people do not see. Nothing was saved.")
    saved, left = sum(map(len, answer.written.values())), len(answer.refused)
    parts = [ngettext("%(count)d field saved", "%(count)d fields saved", saved) % {"count": saved}] if saved else []
    if left:
        parts.append(ngettext("%(count)d only in the note", "%(count)d only in the note", left) % {"count": left})
    return ", ".join(parts)
