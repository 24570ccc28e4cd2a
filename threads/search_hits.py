"""Where in a letter the words stand that were searched: a line of its subject and one of its text, for the rows of one
page only. What is marked comes as pieces, so each face escapes them as it does all text.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, field, replace

from accounts.models import Membership
from threads.search import Meant, in_each_language, mailboxes_of, meant_by, question_of
from threads.search_query import DELETED, Where
from threads.sql import Statement, select

SEARCHED_CHARS = 20_000  # of a text: the words further down are found, but not shown
BEGIN, END = "\ue000", "\ue001"  # private use: what a letter has of them is taken out
WHOLE = f"StartSel={BEGIN}, StopSel={END}, HighlightAll=true"
PART = f"StartSel={BEGIN}, StopSel={END}, MaxFragments=1, MaxWords=26, MinWords=14, ShortWord=2"
# `russian` has the stems of Russian and English words; `spanish` is asked where that finds nothing to mark.
CONFIGS = ("russian", "spanish")
# Of each conversation the newest letter that fits.
HITS = f"""
WITH shown AS MATERIALIZED (
  SELECT DISTINCT ON ({{key}}) {{key}} AS key, m.subject, left(b.text, {SEARCHED_CHARS}) AS words
  FROM threads_message m JOIN threads_messagebody b ON b.message_id = m.id
  WHERE {{key}} = ANY(%s) AND m.mailbox_id = ANY(%s) AND m.deleted_at IS {{deleted}} AND b.search @@ ({{asked}})
  ORDER BY {{key}}, m.received_at DESC, m.id DESC)
SELECT key, ts_headline('{{config}}', translate(subject, '{BEGIN}{END}', ''), {{marked}}, '{WHOLE}'),
  ts_headline('{{config}}', translate(words, '{BEGIN}{END}', ''), {{marked}}, '{PART}') FROM shown
"""  # noqa: S608  (constants, and statements of threads.search)
MAX_BEFORE = 24  # characters before the first mark: a row of the list is narrow
_PIECE = re.compile(f"{BEGIN}([^{END}]*){END}|([^{BEGIN}{END}]+)")


@dataclass(frozen=True, slots=True)
class Piece:
    """Some words, and whether they are what was searched."""

    text: str
    is_hit: bool


@dataclass(frozen=True, slots=True)
class Hit:
    """A letter's subject, and the part of its text where the words stand. Empty: nothing is marked there."""

    subject: tuple[Piece, ...] = ()
    text: tuple[Piece, ...] = ()


@dataclass(frozen=True, slots=True)
class Hits:
    """By id of the rows. `is_similar`: none of them has what was typed, but people with nearly that name have them."""

    by_id: dict[int, Hit] = field(default_factory=dict)
    is_similar: bool = False


def hits_in_threads(member: Membership, typed: str, thread_ids: Collection[int], folder: str = "") -> Hits:
    """For the conversations of a page; `folder` is where they lie unless it is typed. Raises SearchRefused."""
    return _hits(member, typed, "m.thread_id", thread_ids, folder)


def hits_in_messages(member: Membership, typed: str, message_ids: Collection[int]) -> Hits:
    return _hits(member, typed, "m.id", message_ids)


def _hits(member: Membership, typed: str, key: str, ids: Collection[int], folder: str = "") -> Hits:
    question = question_of(typed)
    question = replace(question, folder=question.folder or folder)
    mailbox_ids = mailboxes_of(question, member)
    marked = _marked(meant := meant_by(question, mailbox_ids))
    if not ids or not mailbox_ids or marked is None:
        return Hits()
    found: dict[int, Hit] = {}
    for config in CONFIGS:
        if missing := [pk for pk in ids if not any(_lines(found.get(pk)))]:
            found.update(_select(meant, marked, config, key, missing, mailbox_ids))
    return Hits({pk: hit for pk, hit in found.items() if any(_lines(hit))}, is_similar=not found)


def _lines(hit: Hit | None) -> tuple[tuple[Piece, ...], ...]:
    return (hit.subject, hit.text) if hit else ()


def _marked(meant: Meant) -> Statement | None:
    """The words that can be shown: not those of people and marks."""
    terms = [term for term in meant.question.terms if term.where in (Where.ANYWHERE, Where.SUBJECT)]
    parts = [in_each_language(term.text) for term in terms if not term.is_excluded]
    if not parts:
        return None
    return Statement(" || ".join(part.sql for part in parts), [value for part in parts for value in part.params])


def _select(
    meant: Meant, marked: Statement, config: str, key: str, ids: Collection[int], mailbox_ids: Collection[int]
) -> dict[int, Hit]:
    asked = meant.matching() or marked
    statement = HITS.format(
        key=key,
        asked=asked.sql,
        marked=f"({marked.sql})",
        config=config,
        deleted="NOT NULL" if meant.question.folder == DELETED else "NULL",
    )
    params = [list(ids), list(mailbox_ids), *asked.params, *marked.params, *marked.params]
    return {
        pk: Hit(_pieces(subject), _near_first_mark(_pieces(text))) for pk, subject, text in select(statement, params)
    }


def _pieces(headline: str) -> tuple[Piece, ...]:
    """Without a mark nothing: the row shows what it shows anyway."""
    if BEGIN not in headline:
        return ()
    return tuple(Piece(_one_line(hit or plain), is_hit=bool(hit)) for hit, plain in _PIECE.findall(headline))


def _near_first_mark(pieces: tuple[Piece, ...]) -> tuple[Piece, ...]:
    """Without the words that would push the mark out of sight."""
    if not pieces or pieces[0].is_hit or len(pieces[0].text) <= MAX_BEFORE:
        return pieces
    words = pieces[0].text[-MAX_BEFORE:].partition(" ")[2]
    return (Piece(f"… {words}", is_hit=False), *pieces[1:])


def _one_line(text: str) -> str:
    """Line ends are spaces; those at the ends stay, since the next piece follows."""
    return re.sub(r"\s+", " ", text)
