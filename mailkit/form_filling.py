"""A form as it comes back to who sent it: with what was typed, and at each field that is wrong a sentence about it.

It reads HTML that composed_html has cleaned and form_reader has prepared: "<" and ">" stand nowhere but around tags.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from html import escape, unescape

from mailkit.form_names import parse_field_name
from mailkit.form_reader import BUTTONS, CONTROLS, TAG, TICKED, attributes_of

Pairs = Sequence[tuple[str, str]]

# Colors of its own: nobody knows what its author has put behind it.
_FAULT_STYLE = (
    "display:block;margin:.25rem 0 .75rem;padding:.375rem .625rem;border-left:4px solid #b3261e;background:#fff;"
    "color:#b3261e;font-weight:600"
)


def offered_values(html: str) -> dict[str, frozenset[str]]:
    """What can be chosen of the boxes and lists of its forms, by FieldName.key. Of fields to type in, nothing."""
    found: dict[str, set[str]] = {}
    select = ""
    for tag in TAG.finditer(html):
        name, facts = tag[2].lower(), attributes_of(tag[3])
        if name == "select":
            select = "" if tag[1] else _key(facts.get("name", ""))
        elif name == "option" and select and not tag[1]:
            found.setdefault(select, set()).add(_option_value(html, tag, facts))
        elif name == "input" and facts.get("type", "").lower() in TICKED and (key := _key(facts.get("name", ""))):
            found.setdefault(key, set()).add(_value_of(facts))
    return {key: frozenset(values) for key, values in found.items()}


def fill_in(html: str, sent: Pairs, faults: Mapping[str, str], *, head: str) -> str | None:
    """`sent`: names with their values. `faults` by FieldName.key. `head` stands above the first form that leads to us.
    What has no field there goes along unseen, so that nothing that was typed is lost. None: there is no such form, or
    it lacks a field that is at fault.
    """
    filling = _Filling(html, sent, faults, head)
    made = filling.run()
    return made if filling.has_form and not filling.faults_left else None


def _key(name: str) -> str:
    known = parse_field_name(name)
    return known.key if known else ""


def _value_of(facts: Mapping[str, str]) -> str:
    return facts.get("value", "on").strip()


def _option_value(html: str, tag: re.Match[str], facts: Mapping[str, str]) -> str:
    """Without one of its own, its words."""
    if "value" in facts:
        return facts["value"].strip()
    return " ".join(unescape(html[tag.end() : html.find("<", tag.end())]).split())


class _Filling:
    """Reads left to right. `values` are those that no field has taken yet."""

    def __init__(self, html: str, sent: Pairs, faults: Mapping[str, str], head: str) -> None:
        self.html, self.head, self.faults = html, head, faults
        self.faults_left = set(faults)
        self.sent: dict[str, list[str]] = {}
        self.names: dict[str, str] = {}
        for name, value in sent:
            key = _key(name) or name
            self.names.setdefault(key, name)
            self.sent.setdefault(key, []).append(value)
        self.untaken = {key: list(values) for key, values in self.sent.items()}
        self.last_of = self._last_controls()
        self.has_form = False
        self.select = ""
        self.labels_open = 0
        self.waiting: list[str] = []  # sentences that come when the label ends
        self.out: list[str] = []

    def run(self) -> str:
        place = 0
        in_text = False  # of a textarea: what stood there goes
        form_at = -1
        for tag in TAG.finditer(self.html):
            if not in_text:
                self.out.append(self.html[place : tag.start()])
            is_end, name = bool(tag[1]), tag[2].lower()
            in_text = name == "textarea" and not is_end
            self._tag(tag, name, is_end=is_end)
            place = tag.end()
            if form_at < 0 and name == "form" and not is_end and 'method="post"' in tag[3]:
                self.has_form, form_at = True, len(self.out)
        self.out += [self.html[place:], *self.waiting]
        if self.has_form:
            self.out.insert(form_at, self._head() + self._unseen())
        return "".join(self.out)

    def _last_controls(self) -> dict[str, int]:
        """Where the last field of each name ends: there its sentence belongs."""
        places: dict[str, int] = {}
        for tag in TAG.finditer(self.html):
            if tag[2].lower() in CONTROLS and not tag[1] and (key := _key(attributes_of(tag[3]).get("name", ""))):
                places[key] = tag.start()
        return places

    def _tag(self, tag: re.Match[str], name: str, *, is_end: bool) -> None:
        if name == "option" and not is_end and self.select:
            self.out.append(self._option(tag))
        elif name in CONTROLS and not is_end:
            self._control(tag, name)
        else:
            self.out.append(tag[0])
        if is_end and name == "select":
            self.select = ""
        if name == "label":
            self.labels_open = max(0, self.labels_open + (-1 if is_end else 1))
        if self.waiting and not self.labels_open and not self.select and (is_end or name == "input"):
            self.out += self.waiting
            self.waiting = []

    def _control(self, tag: re.Match[str], name: str) -> None:
        facts = attributes_of(tag[3])
        key, kind = _key(facts.get("name", "")), facts.get("type", "text").lower() if name == "input" else name
        if not key or kind in BUTTONS:
            self.out.append(tag[0])
            return
        rest = tag[3].rstrip().removesuffix("/")
        if kind in TICKED:
            is_chosen = self._take(key, _value_of(facts))
            rest = _without(rest, "checked") + (" checked" if is_chosen else "")
        elif name == "input":
            rest = f'{_without(rest, "value")} value="{escape(self._take_next(key))}"'
        self.out.append(f"<{name}{self._told(key, rest, facts)}>")
        if name == "textarea":
            self.out.append("\n" + escape(self._take_next(key)))  # the first line end in it is not counted
        self.select = key if name == "select" else self.select
        if key in self.faults and self.last_of[key] == tag.start():
            self.waiting.append(f'<span id="{self._id(key)}" style="{_FAULT_STYLE}">{escape(self.faults[key])}</span>')

    def _told(self, key: str, rest: str, facts: Mapping[str, str]) -> str:
        if key not in self.faults:
            return rest
        ids = f"{facts['aria-describedby']} " if facts.get("aria-describedby") else ""
        plain = _without(_without(rest, "aria-describedby"), "aria-invalid")
        focus = " autofocus" if self.faults_left == set(self.faults) else ""
        self.faults_left.discard(key)
        return f'{plain} aria-invalid="true" aria-describedby="{escape(ids)}{self._id(key)}"{focus}'

    def _option(self, tag: re.Match[str]) -> str:
        is_chosen = self._take(self.select, _option_value(self.html, tag, attributes_of(tag[3])))
        return f"<option{_without(tag[3], 'selected')}{' selected' if is_chosen else ''}>"

    def _take(self, key: str, value: str) -> bool:
        """Whether it was chosen."""
        untaken = self.untaken.get(key, [])
        if value in untaken:
            untaken.remove(value)
        return value in self.sent.get(key, [])

    def _take_next(self, key: str) -> str:
        untaken = self.untaken.get(key)
        return untaken.pop(0) if untaken else ""

    def _id(self, key: str) -> str:
        return f"fault-{list(self.faults).index(key) + 1}"

    def _head(self) -> str:
        return f'<span role="alert" style="{_FAULT_STYLE}">{escape(self.head)}</span>'

    def _unseen(self) -> str:
        """A choice that is none of the form's is told, but not sent again."""
        rows = ((key, value) for key, values in self.untaken.items() if key not in self.faults for value in values)
        return "".join(
            f'<input type="hidden" name="{escape(self.names[key])}" value="{escape(value)}">' for key, value in rows
        )


def _without(rest: str, name: str) -> str:
    return re.sub(rf"""\s{name}(\s*=\s*(?:"[^"]*"|'[^']*'|[^\s"'>]+))?(?=\s|$)""", "", rest, flags=re.IGNORECASE)
