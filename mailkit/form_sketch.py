"""Forms drawn with plain text and borders, where no form may stand: the preview of a letter."""

from __future__ import annotations

import re
from html import escape, unescape

_CONTROL = re.compile(r"<(input|textarea|button)\b([^<>]*)>|<select\b[^<>]*>(.*?)</select>|</button>", re.DOTALL)
_OPTION = re.compile(r"<option\b([^<>]*)>([^<>]*)")
_ATTRIBUTE = re.compile(r"""\s(type|value|placeholder|checked)="([^"]*)\"""")
_BOX = "display:inline-block;min-width:10em;min-height:1.4em;padding:2px 8px;border:1px solid #767676;border-radius:4px"
_BUTTON = "display:inline-block;padding:4px 14px;border:1px solid #767676;border-radius:4px;font-weight:bold"
_TICKS = {"checkbox": "☐☑", "radio": "○●"}


def sketch_forms(html: str) -> str:
    """Of cleaned HTML (composed_html): "<" and ">" stand nowhere but around tags."""
    return _CONTROL.sub(_sketch, html)


def _sketch(found: re.Match[str]) -> str:
    if found[0] == "</button>":
        return "</span>"
    if found[3] is not None:
        options = _OPTION.findall(found[3])
        chosen = next((text for facts, text in options if "selected" in facts), options[0][1] if options else "")
        return _box(f"{unescape(chosen).strip()} ▾")
    facts = {name: unescape(value) for name, value in _ATTRIBUTE.findall(found[2])}
    kind = facts.get("type", "text").lower()
    if found[1] == "button":
        return f'<span style="{_BUTTON}">'
    if kind in _TICKS:
        return _TICKS[kind]["checked" in facts]
    if kind == "submit":
        return f'<span style="{_BUTTON}">{escape(facts.get("value") or "OK")}</span>'
    return _box(facts.get("value") or facts.get("placeholder", ""))


def _box(text: str) -> str:
    return f'<span style="{_BOX}">{escape(text)}</span>'
