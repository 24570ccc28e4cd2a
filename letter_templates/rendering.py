"""Merge fields: checked when they are saved, filled in when a letter is made. In a process that may be killed.

    render("Dear {{ contact.first_name|default('friend') }}", {"contact.first_name": ""}, format="text")

A field is a dotted name, `contact.first_name`, or a bare code of an account's own, `CODE`. Context is plain text by
such names; it says which fields there are, and "" is an empty one.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from letter_templates.child import LIMITS
from letter_templates.errors import PartRefused, TemplateRefused
from letter_templates.long_sources import Shortened, shorten
from letter_templates.sandbox import MAX_OUTPUT_CHARS, MAX_SOURCE_CHARS, without_control
from mailkit.child_pool import ChildFailed, ChildPool
from mailkit.child_process import pack

Format = Literal["html", "text", "header"]

SECONDS = LIMITS.wall_seconds + 0.5  # the child's own alarm comes first
MOST_BYTES = 4 * MAX_OUTPUT_CHARS + 1024 * 1024
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")  # what might begin another header
_MARKS = ("{{", "{%", "{#")
_MARK_START = re.compile(r"\{(?=[{%#])")
_WORDS: dict[str, str | Promise] = {
    "unknown_field": _("There is no field “%(name)s” (line %(line)d, column %(column)d)."),
    "not_allowed": _("“%(name)s” cannot be used in a letter (line %(line)d, column %(column)d)."),
    "no_filter": _(
        "“%(name)s” cannot stand after “|” (line %(line)d, column %(column)d). "
        'What stands there when the field is empty is written like {{ contact.first_name|default("there") }}.'
    ),
    "syntax": _("A field is not written right (line %(line)d, column %(column)d). Write it like {{ user.name }}."),
    "too_deep": _("Fields and conditions stand too deep inside one another (line %(line)d)."),
    "too_long": _(
        "There are too many fields and conditions in this text: with the short words between them they may have "
        "%(most)d characters."
    ),
    "too_large": _("With its fields filled in, the text is too long."),
    "too_slow": _("Filling in the fields takes too long."),
    "failed": _("The fields cannot be filled in. Check filters and conditions."),
    "stopped": _("The fields cannot be filled in at the moment. Try again."),
}


@dataclass(frozen=True, slots=True)
class Rendered:
    """`empty_fields`: written out though they have no value and no default, in the order of the text."""

    text: str
    empty_fields: tuple[str, ...] = ()


def render(source: str, context: Mapping[str, str | int], *, format: Format) -> Rendered:
    """Fill in the fields. `html` escapes their values, `header` leaves one line without control characters. Raises
    TemplateRefused.
    """
    text, empty = source, tuple[str, ...]()
    if has_fields(source):
        short = _shortened(source)
        words, data = _ask({"values": dict(context), "is_html": format == "html"}, short)
        text, empty = short.restore(data.decode()), tuple(map(str, words["empty"]))
    return Rendered(_CONTROL.sub(" ", text).strip() if format == "header" else text, empty)


def render_part(part: str, source: str, values: Mapping[str, str], form: Format) -> Rendered:
    """The same for one part of a letter or page, such as its subject. Raises PartRefused, which names it."""
    try:
        return render(source, values, format=form)
    except TemplateRefused as error:
        raise PartRefused(part, error) from error


def check(source: str, allowed: Collection[str]) -> None:
    """Whether it can be rendered with these fields: compiled and run. Raises TemplateRefused."""
    if has_fields(source):
        _ask({"allowed": sorted(allowed)}, _shortened(source))


def has_fields(source: str) -> bool:
    """Text without any is left as it is, and costs nothing."""
    return any(mark in source for mark in _MARKS)


def literal(text: str) -> str:
    """A source that gives just this text: for words of others where merge fields are looked for."""
    return _MARK_START.sub("{{ '{' }}", text)


def _shortened(source: str) -> Shortened:
    """What the child has to know of it. Raises TemplateRefused."""
    if len(source) <= MAX_SOURCE_CHARS:
        return Shortened(source)
    short = shorten(without_control(source))
    if short is None or len(short.source) > MAX_SOURCE_CHARS:
        raise _refused("too_long")
    return short


def _ask(job: dict[str, Any], short: Shortened) -> tuple[dict[str, Any], bytes]:
    frame = pack(job, short.source.encode(errors="replace"))
    try:
        words, data = _pool.ask(frame, _read_answer, seconds=SECONDS, most_bytes=MOST_BYTES)
    except ChildFailed as error:
        raise _refused("too_slow" if error.is_too_slow else "stopped") from error
    if "refused" in words:
        line, column = short.line_of(int(words["line"])), int(words["column"])
        raise _refused(str(words["refused"]), str(words["name"]), line=line, column=column)
    return words, data


def _read_answer(words: bytes, data: bytes) -> tuple[dict[str, Any], bytes]:
    answer: dict[str, Any] = json.loads(words)
    if "error" in answer:  # such as MemoryError: whatever it was, this process is not used again
        raise _refused("failed")
    return answer, data


def _refused(reason: str, name: str = "", *, line: int = 1, column: int = 1) -> TemplateRefused:
    words = str(_WORDS.get(reason, _WORDS["failed"])) % {
        "name": name[:100],
        "line": line,
        "column": column,
        "most": MAX_SOURCE_CHARS,
    }
    return TemplateRefused(reason, words, field=name, line=line, column=column)


_pool = ChildPool("letter_templates.child")
