"""What a person types into the search box, as a value: words, "phrases", -word and operators. Pure.

Operators are known by their English, Russian and Spanish names, whatever the language of the screen: searches are
pasted and shared. What only looks like an operator ("re:offer", an address of the web) is plain words.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum

from django.utils.translation import gettext as _

from accounts.errors import SettingRefused

MAX_QUERY_CHARS = 500
MAX_TERMS = 20
DELETED = "deleted"


class SearchRefused(SettingRefused):
    """What was typed cannot be understood; the message says what to do."""

    def __init__(self, message: str) -> None:
        super().__init__("q", message)


class Where(StrEnum):
    """Where a term is looked for."""

    ANYWHERE = "anywhere"
    SUBJECT = "subject"
    FROM = "from"
    TO = "to"  # all who received the letter
    CC = "cc"
    MARK = "mark"  # of threads.search_text, such as "has:attachment"


PEOPLE = (Where.FROM, Where.TO, Where.CC)


@dataclass(frozen=True, slots=True)
class Term:
    text: str
    where: Where = Where.ANYWHERE
    is_phrase: bool = False
    is_excluded: bool = False


@dataclass(frozen=True, slots=True)
class Question:
    """Everything in it has to be true of a letter."""

    terms: tuple[Term, ...] = ()
    folder: str = ""  # that was named by in: inbox, sent or deleted
    mailboxes: tuple[str, ...] = ()  # parts of addresses or names, named by in:
    after: date | None = None  # this day and later
    before: date | None = None  # earlier than this day

    @property
    def is_empty(self) -> bool:
        return self == Question()

    def in_folder(self, folder: str) -> Question:
        """Narrowed to the letters of "inbox" or "sent", unless it names a folder itself."""
        if self.folder or folder not in ("inbox", "sent"):
            return self
        return replace(self, folder=folder, terms=(*self.terms, Term(f"in:{folder}", Where.MARK)))


@dataclass(frozen=True, slots=True)
class _Typed:
    """One piece of what was typed."""

    whole: str
    operator: str
    value: str
    is_phrase: bool
    is_excluded: bool


_PIECE = re.compile(
    r'(?P<minus>-(?=\S))?(?:(?P<name>[^\W\d_]+):)?(?:"(?P<phrase>[^"]*)"?|(?P<word>[^\s"]+)|(?P<end>(?<=:)(?=\s|$)))'
)
OPERATORS = {
    "from": "from", "от": "from", "de": "from",
    "to": "to", "кому": "to", "para": "to",
    "cc": "cc", "копия": "cc", "copia": "cc",
    "subject": "subject", "тема": "subject", "asunto": "subject",
    "has": "has", "есть": "has", "tiene": "has",
    "in": "in", "в": "in", "en": "in",
    "before": "before", "до": "before", "antes": "before",
    "after": "after", "после": "after", "después": "after", "despues": "after",
}  # fmt: skip
FILES = {
    "attachment", "attachments", "file", "files", "вложение", "вложения", "файл", "файлы",
    "adjunto", "adjuntos", "archivo", "archivos",
}  # fmt: skip
FOLDERS = {
    "inbox": "inbox", "входящие": "inbox", "recibidos": "inbox", "entrada": "inbox",
    "sent": "sent", "отправленные": "sent", "enviados": "sent",
    "deleted": DELETED, "trash": DELETED, "удаленные": DELETED, "удалённые": DELETED, "корзина": DELETED,
    "eliminados": DELETED, "papelera": DELETED,
}  # fmt: skip
DAYS_AGO = {"today": 0, "сегодня": 0, "hoy": 0, "yesterday": 1, "вчера": 1, "ayer": 1}
HAS_FILES = "has:attachment"


def parse_question(typed: str, *, today: date) -> Question:
    """Raises SearchRefused for a date that is none."""
    question = Question()
    for piece in _pieces(typed.replace("\0", " ")[:MAX_QUERY_CHARS]):
        question = _APPLY[piece.operator](question, piece, today)
    return replace(question, terms=question.terms[:MAX_TERMS])


def unknown_operators(typed: str) -> list[str]:
    """What looks like an operator and is none, such as `is:`: it was searched as words."""
    names = (found["name"] for found in _PIECE.finditer(typed[:MAX_QUERY_CHARS]) if found["name"])
    return [f"{name}:" for name in dict.fromkeys(names) if name.lower() not in (*OPERATORS, "http", "https")]


def _pieces(typed: str) -> Iterator[_Typed]:
    for found in _PIECE.finditer(typed):
        operator = OPERATORS.get((found["name"] or "").lower(), "")
        value = found["phrase"] or found["word"] or ""
        if operator and not value:  # it is still being typed: no restriction yet
            continue
        is_phrase = found["phrase"] is not None
        if found["name"] and not operator:
            value, is_phrase = f"{found['name']}:{value}", False
        if value.strip():
            yield _Typed(found[0], operator, value, is_phrase, is_excluded=bool(found["minus"]))


def _words(question: Question, piece: _Typed, _today: date) -> Question:
    where = Where(piece.operator) if piece.operator else Where.ANYWHERE
    return _with(question, Term(piece.value, where, piece.is_phrase, piece.is_excluded))


def _has(question: Question, piece: _Typed, today: date) -> Question:
    if piece.value.lower() not in FILES:
        return _as_plain_words(question, piece, today)
    return _with(question, Term(HAS_FILES, Where.MARK, is_excluded=piece.is_excluded))


def _in(question: Question, piece: _Typed, today: date) -> Question:
    folder = FOLDERS.get(piece.value.lower(), "")
    if piece.is_excluded:
        return _not_in(question, piece, folder, today)
    if not folder:
        return replace(question, mailboxes=(*question.mailboxes, piece.value))
    found = replace(question, folder=folder)
    return found if folder == DELETED else _with(found, Term(f"in:{folder}", Where.MARK))


def _not_in(question: Question, piece: _Typed, folder: str, today: date) -> Question:
    if folder == DELETED:  # nothing there is shown elsewhere anyway
        return question
    if not folder:
        return _as_plain_words(question, piece, today)
    return _with(question, Term(f"in:{folder}", Where.MARK, is_excluded=True))


def _before(question: Question, piece: _Typed, today: date) -> Question:
    day = _day(piece, today)
    return replace(question, after=day) if piece.is_excluded else replace(question, before=day)


def _after(question: Question, piece: _Typed, today: date) -> Question:
    day = _day(piece, today)
    return replace(question, before=day) if piece.is_excluded else replace(question, after=day)


def _as_plain_words(question: Question, piece: _Typed, today: date) -> Question:
    return _words(question, replace(piece, operator="", value=piece.whole.lstrip("-").replace('"', " ")), today)


def _with(question: Question, term: Term) -> Question:
    return replace(question, terms=(*question.terms, term))


_Apply = Callable[[Question, _Typed, date], Question]
_APPLY: dict[str, _Apply] = {
    "": _words,
    **dict.fromkeys(("from", "to", "cc", "subject"), _words),
    "has": _has,
    "in": _in,
    "before": _before,
    "after": _after,
}

_YEAR_FIRST = re.compile(r"(?P<year>\d{4})(?:[-/.](?P<month>\d{1,2}))?(?:[-/.](?P<day>\d{1,2}))?", re.ASCII)
_DAY_FIRST = re.compile(r"(?P<day>\d{1,2})[-/.](?P<month>\d{1,2})[-/.](?P<year>\d{4})", re.ASCII)


def _day(piece: _Typed, today: date) -> date:
    """2026-03-14, 2026-03 and 2026 (their first days), 14.03.2026, 14/03/2026, today, yesterday."""
    typed = piece.value.strip().lower()
    if typed in DAYS_AGO:
        return today - timedelta(days=DAYS_AGO[typed])
    found = _YEAR_FIRST.fullmatch(typed) or _DAY_FIRST.fullmatch(typed)
    try:
        if found:
            return date(int(found["year"]), int(found["month"] or 1), int(found["day"] or 1))
    except ValueError:  # such as the 31st of February
        pass
    example = today.isoformat()
    raise SearchRefused(
        _("“%(piece)s” has no date that we know. Write it like %(example)s.")
        % {"piece": piece.whole, "example": f"{piece.whole.partition(':')[0]}:{example}"}
    )
