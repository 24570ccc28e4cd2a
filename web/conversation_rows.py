"""Rows of the list of conversations. What strangers wrote is escaped here, all of a page in one go.

To escape each word by itself was almost half of what a list costs (docs/adr/0025).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import groupby
from typing import NamedTuple

from django.utils.html import escape
from django.utils.translation import gettext as _

from threads.querysets import ThreadLine
from threads.search_hits import Hit, Piece
from web.moments import RowTime, row_times
from web.people import hue_of, initials_of

SHOWN_CHARS = 120  # of a letter's text: a row shows one line
SEAM = "\0"  # in no text of the database

StageAndTone = tuple[str, str]


class ConversationRow(NamedTuple):
    """What mail/conversations.html writes as it stands: all words in it are HTML."""

    id: int
    href: str
    who: str
    initials: str
    hue: int
    iso: str
    full: str
    short: str
    letters: int
    is_unread: bool
    subject: str
    text: str
    stage: str
    tone: str
    has_files: bool


def rows_by_day(
    threads: Sequence[ThreadLine],
    *,
    url_of: Callable[[int], str],
    names: Mapping[str, str],
    stages: Mapping[str, StageAndTone],
    hits: Mapping[int, Hit],
) -> list[tuple[str, list[ConversationRow]]]:
    """With the heading of their days. `names` (of those who write without one) and `stages` are by counterpart_key,
    `hits` by the id of the thread.
    """
    time_of, nobody, no_subject = row_times(), _("(no recipient)"), _("(no subject)")
    times = [time_of(thread.last_message_at) for thread in threads]
    texts: list[str] = []
    for thread, at in zip(threads, times, strict=True):
        who = thread.counterpart_name or names.get(thread.counterpart_key) or thread.counterpart_address or nobody
        stage, tone = stages.get(thread.counterpart_key, ("", ""))
        texts += (url_of(thread.id), who, initials_of(who), at.iso, at.full, at.short)
        texts += (thread.subject or no_subject, thread.snippet[:SHOWN_CHARS], stage, tone)
    drawn = map(_row, threads, _escaped(texts, size=10), (hits.get(thread.id) for thread in threads))
    days = groupby(zip(times, drawn, strict=True), key=_heading)
    return [(day, [row for _at, row in rows]) for day, rows in days]


def _row(thread: ThreadLine, texts: tuple[str, ...], hit: Hit | None) -> ConversationRow:
    href, who, initials, iso, full, short, subject, text, stage, tone = texts
    if hit:
        subject, text = marked(hit.subject) or subject, marked(hit.text) or text
    hue = hue_of(thread.counterpart_key or thread.counterpart_name or thread.counterpart_address)
    letters, is_unread, has_files = thread.message_count, thread.unread_count > 0, thread.has_attachments
    return ConversationRow(
        thread.id, href, who, initials, hue, iso, full, short, letters, is_unread, subject, text, stage, tone, has_files
    )


def marked(pieces: Iterable[Piece]) -> str:
    """HTML of what was searched."""
    return "".join(f"<mark>{escape(one.text)}</mark>" if one.is_hit else escape(one.text) for one in pieces)


def _escaped(texts: Sequence[str], *, size: int) -> Iterable[tuple[str, ...]]:
    """In groups of so many."""
    whole = iter(str(escape(SEAM.join(texts))).split(SEAM)) if texts else iter(())
    return zip(*[whole] * size, strict=True)


def _heading(row: tuple[RowTime, ConversationRow]) -> str:
    return row[0].heading
