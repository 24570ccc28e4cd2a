"""Full-text search. It reads one view and nothing else, with a limit: joined to other tables it would lose its index.

Letters are indexed under three configurations at once, in threads_search_vector(): `simple` finds words as they are
written, `russian` stems Russian and, for words in Latin letters, English; `spanish` stems Spanish. Each word is found
under any of them, so words of several languages may stand in one search. Beside the words stand the marks that
operators look for (threads.search_text).

A word also finds the letters of people whose names or addresses begin with it; and when a search finds nothing, those
of people who were probably meant.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from typing import Any

from django.utils import timezone

from accounts.models import Membership
from crm.near_words import words_of
from mailboxes.readable import readable_names
from threads.correspondents import Reach, near_people, newest_people
from threads.search_query import PEOPLE, Question, Term, Where, parse_question
from threads.search_text import split_joints
from threads.sql import Statement, select

SEARCH_LIMIT = 1000  # the newest hits; who has more adds a word
MAX_PEOPLE = 10  # that a word stands for besides itself
MAX_WORDS_WITH_PEOPLE = 5
MIN_CHARS = 3  # of a word that stands for people
CONFIGS = ("simple", "russian", "spanish")
FIND = """
SELECT message_id FROM threads_message_search WHERE {conditions}
ORDER BY received_at DESC, message_id DESC LIMIT %s
"""
# Letter by letter, from the newest on, is the best way to a word that many of very many letters have. PostgreSQL takes
# it for others, too: it counts neither what unpacking a letter's words costs, nor how few letters have one of several.
FIND_BY_WORDS = """
SELECT message_id, count(*) OVER () FROM (
  SELECT message_id, received_at FROM threads_message_search WHERE {conditions} LIMIT {most} + 1) found
ORDER BY received_at DESC, message_id DESC LIMIT %s
"""
BY_WORDS = {"enable_indexscan": "off", "enable_seqscan": "off"}
MOST_BY_WORDS = 20_000  # letters: put in order as fast as the newest thousand of a frequent word are found
_PLAIN = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Within:
    """What a search is narrowed to besides its words. The moments are those of the letter; `before` is not included."""

    folder: str = ""  # "inbox", "sent" or "deleted", unless the words name one
    mailbox_id: int | None = None
    after: datetime | None = None
    before: datetime | None = None
    among: Sequence[int] | None = None  # letters
    with_similar: bool = True  # those of people with nearly such names, where nothing else is found


EVERYWHERE = Within()


@dataclass(frozen=True, slots=True)
class Meant:
    """A question with the people that its words stand for, by the term's place in it."""

    question: Question
    people: dict[int, Sequence[str]]

    def matching(self) -> Statement | None:
        """All terms as one tsquery; None where dates and folders alone are asked for."""
        parts = [_term(term, self.people.get(place, ())) for place, term in enumerate(self.question.terms)]
        if not parts:
            return None
        return Statement(" && ".join(part.sql for part in parts), [value for part in parts for value in part.params])


def find_message_ids(typed: str, member: Membership, within: Within = EVERYWHERE) -> list[int]:
    """The newest letters that this member may read of which all is true that was typed. Raises SearchRefused."""
    question = question_of(typed)
    mailbox_ids = mailboxes_of(question, member)
    if within.mailbox_id:
        mailbox_ids = [pk for pk in mailbox_ids if pk == within.mailbox_id]
    if question.is_empty or not mailbox_ids:
        return []
    question = question.in_folder(within.folder)
    found = _find(meant_by(question, mailbox_ids), mailbox_ids, within)
    if not found and within.with_similar and (similar := _similar(question, mailbox_ids)):
        return _find(similar, mailbox_ids, within)
    return found


def is_cut(found: Sequence[int]) -> bool:
    """Whether there may be more letters than were found."""
    return len(found) >= SEARCH_LIMIT


def question_of(typed: str) -> Question:
    """Days begin at midnight where the asker is."""
    return parse_question(typed, today=timezone.localdate())


def folder_of(typed: str) -> str:
    """The folder that is named by in:, else ""."""
    return question_of(typed).folder


def meant_by(question: Question, mailbox_ids: Sequence[int]) -> Meant:
    """With the people whose names or addresses begin as the words of the question."""
    reach = Reach(mailbox_ids, mailbox_ids)  # the letters that are found are narrowed by who sees Deleted
    people: dict[int, Sequence[str]] = {}
    for place, term in enumerate(question.terms):
        words = words_of(term.text)
        is_one_word = len(words) == 1 and len(words[0]) >= MIN_CHARS
        if is_one_word and _may_be_somebody(term) and len(people) < MAX_WORDS_WITH_PEOPLE:
            people[place] = [person.email_key for person in newest_people(reach, words, limit=MAX_PEOPLE)]
    return Meant(question, people)


def _may_be_somebody(term: Term) -> bool:
    return term.where is Where.ANYWHERE and not term.is_phrase and not term.is_excluded


def _similar(question: Question, mailbox_ids: Sequence[int]) -> Meant | None:
    """With people whose names are nearly the words; None when there are none."""
    people: dict[int, Sequence[str]] = {}
    for place, term in enumerate(question.terms):
        words = words_of(term.text)
        if words and not term.is_excluded and (_may_be_somebody(term) or term.where in PEOPLE):
            near = near_people(Reach(mailbox_ids, mailbox_ids), words)[:MAX_PEOPLE]
            people[place] = [person.email_key for person in near]
    return Meant(question, people) if any(people.values()) else None


def mailboxes_of(question: Question, member: Membership) -> list[int]:
    """Those that the member reads, and that in: names by a part of their address or name."""
    wanted = [name.lower() for name in question.mailboxes]
    return [
        pk
        for pk, address, name in readable_names(member)
        if all(part in f"{address} {name.lower()}" for part in wanted)
    ]


def _find(meant: Meant, mailbox_ids: Sequence[int], within: Within) -> list[int]:
    conditions: list[str] = ["mailbox_id = ANY(%s)"]
    params: list[Any] = [list(mailbox_ids)]
    if query := meant.matching():
        conditions.append(f"search @@ ({query.sql})")
        params += query.params
    for moment, comparison in _moments(meant.question, within):
        if moment:
            conditions.append(f"received_at {comparison} %s")
            params.append(moment)
    if within.among is not None:
        conditions.append("message_id = ANY(%s::bigint[])")
        params.append(list(within.among))
    where, params = " AND ".join(conditions), [*params, SEARCH_LIMIT]
    found = _find_by_words(where, params) if query else None
    return [pk for (pk,) in select(FIND.format(conditions=where), params)] if found is None else found


def _moments(question: Question, within: Within) -> Iterable[tuple[datetime | None, str]]:
    """Days begin at midnight where the asker is."""
    days = ((question.after, ">="), (question.before, "<"))
    yield from ((_midnight(day) if day else None, comparison) for day, comparison in days)
    yield from ((within.after, ">="), (within.before, "<"))


def _find_by_words(where: str, params: Sequence[Any]) -> list[int] | None:
    """None when too many letters have them."""
    found = select(FIND_BY_WORDS.format(conditions=where, most=MOST_BY_WORDS), params, BY_WORDS)
    is_rare = not found or found[0][1] <= MOST_BY_WORDS
    return [pk for pk, _count in found] if is_rare else None


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


def _term(term: Term, people: Collection[str]) -> Statement:
    found = _found(term)
    if people:
        marks = " | ".join(_quoted(f"{role}:{key}") for key in people for role in _roles(term.where))
        found = Statement(f"({found.sql} || %s::tsquery)", [*found.params, marks])
    return replace(found, sql=f"!!({found.sql})") if term.is_excluded else found


def _found(term: Term) -> Statement:
    """The term alone, as a tsquery."""
    return _TERMS.get(term.where, _person)(term)


def _anywhere(term: Term) -> Statement:
    if term.is_phrase:  # as it is written: stemming drops "is" and "the"
        return Statement("phraseto_tsquery('simple', %s)", [split_joints(term.text)])
    return in_each_language(term.text)


def _in_subject(term: Term) -> Statement:
    """A phrase by the weight of the subject's words, other words by their marks."""
    words = _PLAIN.findall(term.text)
    if term.is_phrase or not words:
        return Statement("to_tsquery('simple', %s)", [" <-> ".join(f"'{word}':A" for word in words)])
    return Statement(" && ".join(["threads_subject_query(%s)"] * len(words)), words)


def in_each_language(words: str) -> Statement:
    """The words as they are written, or by their stems."""
    forms = " || ".join(f"plainto_tsquery('{config}', %s)" for config in CONFIGS)
    return Statement(f"({forms})", [split_joints(words)] * len(CONFIGS))


def _mark(term: Term) -> Statement:
    return Statement("%s::tsquery", [_quoted(term.text)])


def _person(term: Term) -> Statement:
    """All words of a name or an address; the last one may be unfinished."""
    words = words_of(term.text)
    of_roles = (_words_of_role(role, words, is_finished=term.is_phrase) for role in _roles(term.where))
    return Statement("%s::tsquery", [" | ".join(f"({words})" for words in of_roles if words)])


def _words_of_role(role: Where, words: Sequence[str], *, is_finished: bool) -> str:
    marks = [_quoted(f"{role}:{word}") for word in words]
    return " & ".join(marks) + ("" if is_finished or not marks else ":*")


def _roles(where: Where) -> Iterable[Where]:
    """A letter's receivers are those of To and of Cc; a plain word may be anybody's name."""
    return {Where.ANYWHERE: PEOPLE, Where.TO: (Where.TO, Where.CC)}.get(where, (where,))


_TERMS: dict[Where, Callable[[Term], Statement]] = {
    Where.ANYWHERE: _anywhere,
    Where.SUBJECT: _in_subject,
    Where.MARK: _mark,
}


def _quoted(lexeme: str) -> str:
    """As the type tsquery reads it: in quotes, which are doubled inside, as backslashes are."""
    escaped = lexeme.replace("\\", "\\\\").replace("'", "''")
    return f"'{escaped}'"
