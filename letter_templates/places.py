"""Where names stand in a template's source. Jinja's tree tells lines only."""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass

from jinja2 import Environment, TemplateSyntaxError

MAX_FIELD_WORDS = 8  # a longer name is no field, and its pieces would grow with the square of it
_NEWLINE = re.compile(r"\r\n?")


@dataclass(frozen=True, slots=True)
class Place:
    """Both count from one."""

    line: int
    column: int


class Places:
    """Where names stand in a source. Jinja's tree tells lines only."""

    def __init__(self, environment: Environment, source: str) -> None:
        self._names: dict[str, list[Place]] = {}
        self._tags: dict[int, int] = {}  # column of the first {{ or {% by line
        self._source = _NEWLINE.sub("\n", source)
        with suppress(TemplateSyntaxError):  # what was read until then is enough
            self._read(environment)

    def of(self, name: str, line: int) -> Place:
        """The first place of this name at or after the line that the tree tells."""
        known = (place for place in self._names.get(name, ()) if place.line >= line)
        return next(known, None) or Place(line, self.tag_in(line))

    def tag_in(self, line: int) -> int:
        return self._tags.get(line, 1)

    def _read(self, environment: Environment) -> None:
        before, line, line_start = 0, 1, 0
        words: list[str] = []
        place = Place(1, 1)
        for _line, token, value in environment.lexer.tokeniter(self._source, None):
            # `{%-` drops the space before it, and the lexer does not tell of that.
            at = self._source.index(value, before)
            if newlines := self._source.count("\n", before, at):
                line, line_start = line + newlines, self._source.rindex("\n", before, at) + 1
            here = Place(line, at - line_start + 1)
            if token in {"variable_begin", "block_begin"}:
                self._tags.setdefault(line, here.column)
            if token == "name" and len(words) < 2 * MAX_FIELD_WORDS:  # noqa: S105  (Jinja's word)
                is_next = words[-1:] == ["."]
                words, place = ([*words, value], place) if is_next else ([value], here)
                self._names.setdefault("".join(words), []).append(place)
            elif token == "operator" and value == "." and words:  # noqa: S105
                words = [*words, "."]
            elif token != "whitespace":  # noqa: S105
                words = []
            before = at
