"""What the forms in a letter or page ask for, and those forms made ready for a browser.

Both read HTML that composed_html has cleaned: "<" and ">" stand nowhere but around tags, so one pass over the tags is
enough, whatever the author forgot to close.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape, unescape

from mailkit.form_names import FieldName, parse_field_name

# A field that people do not see and programs fill in: what comes with it is not from a person.
TRAP_NAME = "leave_empty"
MAX_LABEL_CHARS = 120

TAG = re.compile(r"<(/?)([a-z][a-z0-9]{0,20})\b([^<>]*)>", re.IGNORECASE)
_ATTRIBUTE = re.compile(r"""\s([a-z-]{1,30})\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""", re.IGNORECASE)
_METHOD = re.compile(r"""\smethod\s*=\s*(?:"[^"]*"|'[^']*'|[^\s"'>]+)""", re.IGNORECASE)
CONTROLS = frozenset(["input", "select", "textarea"])
BUTTONS = frozenset(["submit", "button", "image", "reset"])
_BREAKS = frozenset(["div", "p", "td", "th", "tr", "li", "h1", "h2", "h3", "h4", "fieldset", "form"])
TICKED = frozenset(["radio", "checkbox"])
_TRAP = (
    '<div aria-hidden="true" style="position:absolute;left:-9999px;height:1px;overflow:hidden">'
    f'<input type="text" name="{TRAP_NAME}" value="" tabindex="-1" autocomplete="off"></div>'
)


def read_field_names(html: str) -> list[str]:
    """The names that its forms hold, each once, in their order."""
    return list(dict.fromkeys(str(name) for name in _names_in(html)))


def read_lost_names(html: str) -> list[str]:
    """Of HTML as its author wrote it: the names that cleaning takes away, because they are no names of fields. What
    people enter there goes with them.
    """
    fields = (facts for facts in _fields_in(html) if facts.get("type", "").lower() not in BUTTONS)
    names = (facts.get("name", "") for facts in fields)
    return list(dict.fromkeys(name for name in names if name and not parse_field_name(name)))


def prepare_forms(html: str, action: str) -> str:
    """Forms that lead to {formlink} lead to `action`, by POST. Their fields say what they are for to who cannot see it,
    and one field is there for programs only.
    """
    return _Preparing(html, action).run()


def _names_in(html: str) -> Iterator[FieldName]:
    for facts in _fields_in(html):
        name = parse_field_name(facts.get("name", ""))
        if name:
            yield name


def _fields_in(html: str) -> Iterator[dict[str, str]]:
    for tag in TAG.finditer(html):
        if tag[2].lower() in CONTROLS and not tag[1]:
            yield attributes_of(tag[3])


def attributes_of(text: str) -> dict[str, str]:
    found = _ATTRIBUTE.finditer(text)
    return {one[1].lower(): unescape(next(filter(None, one.group(2, 3, 4)), "")) for one in found}


class _Preparing:
    """Reads left to right, and keeps in mind which words stand before a field."""

    def __init__(self, html: str, action: str) -> None:
        self.html, self.action = html, action
        self.words = ""
        self.labels_open = 0

    def run(self) -> str:
        out: list[str] = []
        place = 0
        for tag in TAG.finditer(self.html):
            text = self.html[place : tag.start()]
            self.words += text
            out += [text, self._tag(tag)]
            place = tag.end()
        return "".join([*out, self.html[place:]])

    def _tag(self, tag: re.Match[str]) -> str:
        is_end, name = bool(tag[1]), tag[2].lower()
        if name == "label":
            self.labels_open = max(0, self.labels_open + (-1 if is_end else 1))
        if name in _BREAKS:
            self.words = ""
        if name == "form" and not is_end and attributes_of(tag[3]).get("action") == "{formlink}":
            rest = _METHOD.sub("", tag[3]).replace("{formlink}", escape(self.action), 1)
            return f'<form{rest} method="post">{_TRAP}'
        if name in CONTROLS:
            return self._control(tag, name) if not is_end else self._after_control(tag)
        if name == "option":
            self.words = ""
        return tag[0]

    def _control(self, tag: re.Match[str], name: str) -> str:
        attributes = attributes_of(tag[3])
        is_named = bool(self.labels_open or attributes.keys() & {"id", "aria-label", "title"})
        kind = attributes.get("type", "text").lower()
        if is_named or kind == "submit":
            return self._after_control(tag)
        label = _label(self.words, attributes, is_ticked=name == "input" and kind in TICKED)
        self.words = ""
        return f'<{name}{tag[3]} aria-label="{escape(label)}">'

    def _after_control(self, tag: re.Match[str]) -> str:
        self.words = ""
        return tag[0]


def _label(words: str, attributes: dict[str, str], *, is_ticked: bool) -> str:
    """Of boxes and buttons the value says more than what stands before them, which may be the question."""
    before = " ".join(unescape(words).split()).rstrip(":").strip()[-MAX_LABEL_CHARS:]
    value = attributes.get("value", "") if is_ticked else ""
    said = value if any(char.isalpha() for char in value) and value.lower() != "on" else ""
    return said or before or attributes.get("placeholder") or attributes.get("name") or "…"
