"""Drafts as their folder lists them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from email.utils import parseaddr

from django.utils.translation import ngettext

from letter_templates.models import Template
from mailkit.mime_text import html_to_text
from outbox.models import Draft
from web.field_words import labeled, labels_for

SNIPPET_CHARS = 160
MOST_READ = 4_000  # characters of the body: enough for a snippet


@dataclass(frozen=True, slots=True)
class DraftRow:
    draft: Draft
    who: str
    subject: str
    snippet: str
    has_files: bool


def rows_of(drafts: Sequence[Draft]) -> list[DraftRow]:
    """Merge fields stand in them by their labels, as in the editor."""
    labels = labels_for(text for draft in drafts for text in (draft.subject, draft.body))
    return [_row(draft, labels) for draft in drafts]


def _row(draft: Draft, labels: Mapping[str, str]) -> DraftRow:
    files = [row for row in draft.attachments.all() if not row.content_id]
    who = _count_words(draft) if draft.is_to_each else _names(draft.to or draft.cc or draft.bcc)
    subject, snippet = (labeled(text, labels) for text in (draft.subject, _text_of(draft)))
    return DraftRow(draft, who, subject, snippet[:SNIPPET_CHARS], bool(files))


def _count_words(draft: Draft) -> str:
    count = len(draft.addressees.all())
    return ngettext("To %(count)s person", "To each of %(count)s people", count) % {"count": count}


def _names(typed: Sequence[str]) -> str:
    return ", ".join(name or address or one for one in typed for name, address in (parseaddr(one),))


def _text_of(draft: Draft) -> str:
    start = draft.body[:MOST_READ]
    text = start if draft.format == Template.Format.TEXT else html_to_text(start)
    return " ".join(text.split())
