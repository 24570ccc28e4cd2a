"""HTML that our own members write: letters, signatures, pages.

It goes to others as written, but for what no mail program runs and every spam filter punishes: scripts, frames, forms
that lead elsewhere. Styles and remote images stay. What we show of it is cleaned by html_cleaner again.

Where an address belongs, a word between single braces may stand: `href="{triggerlink:8}"`. It is filled in when the
letter goes out. Forms that lead to {formlink} stay, with fields that form_reader knows (M120).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Literal

import nh3

from mailkit.form_names import parse_field_name
from mailkit.html_limits import cap_html

TAGS = nh3.ALLOWED_TAGS | frozenset(["font", "big", "section", "tfoot", "u"])
ATTRIBUTES = {
    "*": {"style", "class", "dir", "lang", "title", "align", "valign", "bgcolor", "width", "height"},
    "a": {"href", "name"},
    "img": {"src", "alt", "border"},
    "font": {"color", "face", "size"},
    "ol": {"start", "type"},
    "table": {"border", "cellpadding", "cellspacing"},
    **{tag: {"colspan", "rowspan", "nowrap"} for tag in ("td", "th")},
}
SCHEMES = {"http", "https", "mailto", "tel", "cid", "data"}
INPUT_TYPES = frozenset(["text", "radio", "checkbox", "submit", "email", "tel", "url", "number", "date", "search"])

# cap_html has given select and textarea an x-: they change how their content is read.
_FORM_TAGS = frozenset(
    ["form", "fieldset", "legend", "label", "input", "button", "option", "optgroup", "x-select", "x-textarea"]
)
_TYPED = {"name", "id", "placeholder", "required", "aria-label"}
_FORM_ATTRIBUTES = {
    "form": {"action", "method"},
    "label": {"for"},
    "input": {"type", "value", "checked", "size", "maxlength", "min", "max", "step", *_TYPED},
    "button": {"type"},
    "option": {"value", "selected"},
    "optgroup": {"label"},
    "x-select": {"multiple", "size", *_TYPED},
    "x-textarea": {"rows", "cols", "maxlength", *_TYPED},
}
_HAS_FORM = re.compile(r"<(?:form|input|select|textarea|button)\b", re.IGNORECASE)
# The manual that people copy from has it so: <input name="contact[123456]"> type="text" />
_TORN_INPUT = re.compile(
    r"""(<input\b[^<>]{0,500})>(?=(?:\s{1,9}(?:type|value|name|checked)\s{0,9}=\s{0,9}["'][^"'<>]{0,500}["']){1,5}\s{0,9}/>)""",
    re.IGNORECASE,
)
# nh3 escapes "<" and ">" within attributes: in what it gives, a tag is just this.
_FOREIGN_FORM = re.compile(r"<form(?![^<>]*\saction=)[^<>]*>(.*?)</form>", re.DOTALL)
_TEXTAREA = re.compile(r"(<x-textarea\b[^<>]*>)(.*?)</x-textarea>", re.DOTALL)
_ANY_TAG = re.compile(r"<[^<>]*>")
_RENAMED_TAG = re.compile(r"(</?)x-(?=(?:select|textarea)\b)")

# What is filled in when the letter goes out. Link editors put a scheme before it, and escape it.
_WORD = r"(?:\{|%7B)(triggerlink(?::|%3A)[0-9]{1,9}|weblink|formlink|unsubscribelink)(?:\}|%7D)"
_ADDRESS_WORD = re.compile(rf"""(=\s{{0,9}}["']?)\s{{0,9}}(?:https?://)?{_WORD}/?(?=[\s"'>])""", re.IGNORECASE)
_WHOLE_WORD = re.compile(r"\{(?:triggerlink:[0-9]{1,9}|weblink|formlink|unsubscribelink)\}")

# `{{ lead.LINK }}` or `{% if ... %}`. Bounded: what opens and never closes is not searched for again and again.
_FIELD = re.compile(r"\{[{%][^{}<>]{1,1000}[}%]\}")
_FIELD_STARTS = ("{{", "{%")
_IMAGE = re.compile(r"""<img\b[^<>]{0,2000}?\bsrc=["']cid:([^"'<>]{1,200})["']""", re.IGNORECASE)

_Relative = Callable[[str], str | None] | Literal["deny"]


def clean_letter_html(html: str) -> str:
    """HTML as a member composed it, ready to be sent. In linear time, whatever it is."""
    return _clean_own(html, _address_word)


def clean_template_html(html: str) -> str:
    """The same while merge fields stand in it, also where an address belongs: `href="{{ lead.LINK }}"`.

    What the fields bring in is not known yet: once they are filled in, clean_letter_html has to follow.
    """
    cleaned = _clean_own(html, _address_word_or_field)
    return _FIELD.sub(lambda found: _plain(found[0]), cleaned)


def clean_quote_html(html: str) -> str:
    """What others wrote, handed on in a letter of ours: no form of theirs, and no words that we would fill in."""
    return _clean(html, "deny")


def image_ids(html: str) -> frozenset[str]:
    """The Content-IDs of images that stand in it."""
    return frozenset(_IMAGE.findall(html))


def _clean_own(html: str, url_relative: _Relative) -> str:
    plain = _ADDRESS_WORD.sub(lambda found: f"{found[1]}{{{found[2].lower().replace('%3a', ':')}}}", html)
    if not _HAS_FORM.search(plain):
        return _clean(plain, url_relative)
    return _settle_forms(_clean(_TORN_INPUT.sub(r"\1", plain), url_relative, with_forms=True))


def _clean(html: str, url_relative: _Relative, *, with_forms: bool = False) -> str:
    return nh3.clean(
        cap_html(html, max_chars=len(html)),
        tags=set(TAGS | _FORM_TAGS) if with_forms else set(TAGS),
        attributes=ATTRIBUTES | _FORM_ATTRIBUTES if with_forms else ATTRIBUTES,
        attribute_filter=_filter_form_attribute if with_forms else None,
        link_rel=None,
        url_schemes=SCHEMES,
        url_relative=url_relative,
    )


def _filter_form_attribute(tag: str, name: str, value: str) -> str | None:
    plain = value.strip()
    match tag, name:
        case "form", "action":
            return plain if plain == "{formlink}" else None
        case "form", "method":
            return plain if plain.lower() in {"get", "post"} else None
        case "input", "type":
            return plain if plain.lower() in INPUT_TYPES else None
        case (("input" | "x-select" | "x-textarea"), "name"):
            known = parse_field_name(plain)
            return str(known) if known else None
        case _:
            return value


def _settle_forms(cleaned: str) -> str:
    """Forms that lead elsewhere lose their frame. A textarea holds text alone: a parser reads it as nothing else."""
    ours = _FOREIGN_FORM.sub(r"\1", cleaned)
    plain = _TEXTAREA.sub(lambda found: f"{found[1]}{_ANY_TAG.sub('', found[2])}</x-textarea>", ours)
    return _RENAMED_TAG.sub(r"\1", plain)


def _address_word(url: str) -> str | None:
    return url if _WHOLE_WORD.fullmatch(url) else None


def _address_word_or_field(url: str) -> str | None:
    return url if url.lstrip().startswith(_FIELD_STARTS) else _address_word(url)


def _plain(field: str) -> str:
    """Editors and cleaners write entities, which between the braces would be faults. Quotes become single ones: those
    end no attribute."""
    quoted = field.replace("&quot;", "'") if "'" not in field else field
    return quoted.replace("&nbsp;", " ").replace("\xa0", " ")
