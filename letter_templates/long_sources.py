"""Long letters with fields: what stands between the tags is no work for the language, and stays out of it. Pure.

Jinja2 needs a second and 200 MB for the 8 MB that a letter may have. Each long stretch outside of tags is cut out, with
a word in its place that nobody can guess, and put back when the fields are filled in.
"""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass, field

SHORT_CHARS = 200  # such stretches stay where they are
_OPENING = re.compile(r"\{[{%#]")
# As Jinja reads them, but for what our language has not: braces and raw blocks. Bounded, and each tried once.
_STRING = r'"(?:[^"\\]|\\.){0,5000}"|' + r"'(?:[^'\\]|\\.){0,5000}'"
_TAG = re.compile(
    rf"\{{\{{(?:[^{{}}\"']|\}}(?!\}})|{_STRING}){{0,5000}}\}}\}}"
    rf"|\{{%(?![-+]?\s*raw\b)(?:[^{{}}\"'%]|%(?!\}})|{_STRING}){{0,5000}}%\}}"
    r"|\{#(?:[^#]|#(?!\}))*#\}",
    re.DOTALL,
)
_NEWLINE = re.compile(r"\r\n?")


@dataclass
class Shortened:
    """A source without its long stretches."""

    source: str = ""
    _stretches: list[str] = field(default_factory=list)
    _secret: str = field(default_factory=lambda: secrets.token_hex(8))

    def restore(self, rendered: str) -> str:
        return self._words.sub(lambda found: self._stretches[int(found[1])], rendered)

    def line_of(self, line: int) -> int:
        """In the whole source, of a line of this one."""
        above = "\n".join(self.source.split("\n")[: line - 1])
        return line + sum(self._stretches[int(number)].count("\n") for number in self._words.findall(above))

    @property
    def _words(self) -> re.Pattern[str]:
        return re.compile(rf"{self._secret}-(\d+)-")

    def cut(self, text: str) -> str:
        """With a word in the place of what is long: one for the lines, one for the rest, so that places stay right."""
        end = text.rfind("\n") + 1
        return self._word(text[:end]) + self._word(text[end:])

    def _word(self, text: str) -> str:
        """White space at the ends stays: a tag may take away what is beside it."""
        plain = text.strip()
        if len(plain) <= SHORT_CHARS:
            return text
        before, after = text.split(plain, 1)
        self._stretches.append(plain)
        return f"{before}{self._secret}-{len(self._stretches) - 1}-{after}"


def shorten(source: str) -> Shortened | None:
    """None when it cannot be told what is a tag in it."""
    short, pieces, at = Shortened(), [], 0
    source = _NEWLINE.sub("\n", source)
    while opening := _OPENING.search(source, at):
        tag = _TAG.match(source, opening.start())
        if tag is None:
            return None
        pieces += [short.cut(source[at : opening.start()]), tag[0]]
        at = tag.end()
    short.source = "".join([*pieces, short.cut(source[at:])])
    return short
