"""Mail HTML that may be shown: an allow-list, styles by property, nothing remote before the reader consents.

One of three layers (the frame's sandbox and its own Content-Security-Policy are the others); each must hold alone.
"""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from functools import lru_cache
from html import escape

import nh3

from mailkit.html_limits import RAW_TEXT
from mailkit.html_shape import tame_html

POLICY_VERSION = 4  # raised with every change here: what is stored is cleaned again

_TAG_WORDS = (
    "a abbr b big blockquote br caption center cite code col colgroup dd del details dfn div dl dt em figcaption "
    "figure font h1 h2 h3 h4 h5 h6 hr i img ins kbd li mark ol p pre q s samp small span strike strong sub summary sup "
    "table tbody td tfoot th thead tr tt u ul var wbr"
)
_TAGS = frozenset(_TAG_WORDS.split())
# Their text is no text of the letter. cap_html gives those that change tokenizing an x-.
_DROPPED_WITH_CONTENT = frozenset([*RAW_TEXT, "x-svg", "x-math", "x-template", "x-noscript", "x-iframe"])
# nh3 may change an attribute's value but not its name. So the value gets a mark that no sender can know, and the name
# is changed where the mark stands. It never leaves this module: what holds it is replaced.
_MARK = secrets.token_hex(16)
MAX_KEPT_STYLE_CHARS = 300
_SIZES = frozenset(["align", "valign", "width", "height", "bgcolor"])
_ATTRIBUTES: dict[str, set[str]] = {
    "*": {"style", "dir", "lang", "title", "align"},
    "a": {"href"},
    "img": {"alt", "width", "height", "border", "src"},
    "table": {"border", "cellpadding", "cellspacing", *_SIZES},
    "font": {"color", "face", "size"},
    "ol": {"start", "type", "reversed"},
    "ul": {"type"},
    "li": {"value", "type"},
    "details": {"open"},
    "blockquote": {"class", "id", "type"},
    **{tag: {"class", "id"} for tag in ("div", "span", "section")},
    **{tag: {"colspan", "rowspan", "nowrap", *_SIZES} for tag in ("td", "th")},
    **{tag: set(_SIZES) for tag in ("tr", "tbody", "thead", "tfoot")},
    **{tag: {"span", "width"} for tag in ("col", "colgroup")},
}
_STYLE_WORDS = (
    "background-color border border-bottom border-bottom-color border-bottom-style border-bottom-width border-collapse "
    "border-color border-left border-left-color border-left-style border-left-width border-radius border-right "
    "border-right-color border-right-style border-right-width border-spacing border-style border-top border-top-color "
    "border-top-style border-top-width border-width color direction display font font-family font-size font-style "
    "font-variant font-weight height letter-spacing line-height list-style-type margin margin-bottom margin-left "
    "margin-right margin-top max-height max-width min-height min-width padding padding-bottom padding-left "
    "padding-right padding-top table-layout text-align text-decoration text-indent text-transform "
    "vertical-align white-space width word-break word-spacing word-wrap overflow-wrap"
)
_STYLES = frozenset(_STYLE_WORDS.split())
# What loads, moves out of its place, hides behind names, or is an escape we would have to read as a browser does.
_BAD_STYLE = re.compile(r"url|expression|position|var\s*\(|attr\s*\(|image|@|\\|<|/\*|javascript", re.IGNORECASE)
_COLOR = re.compile(r"#[0-9a-f]{3,8}\b|\b(?:rgb|hsl)a?\([\d.,%/ ]{5,60}\)", re.IGNORECASE)
_WORD = re.compile(r"[a-z]{3,30}", re.IGNORECASE)
_REMOTE = re.compile(r"https?://[^\\]", re.IGNORECASE)
_RASTER = re.compile(r"data:image/(?:png|jpe?g|gif|webp|bmp);base64,[A-Za-z0-9+/=]*", re.IGNORECASE)
_LINK = re.compile(r"(?:https?://|mailto:|tel:)", re.IGNORECASE)
_CONTROL = re.compile(r"[\x00-\x20\x7f-\x9f\xad\u200b-\u200f\u2028\u2029\ufeff]+")
# How mail programs mark what they quote: Gmail, Yahoo, Apple Mail and Thunderbird (type=cite), Outlook on the web and
# its apps, Proton, Tuta, Zoho, Fastmail. Names of a letter's own are dropped: only what they say of quotes is kept.
_QUOTE_MARKS = {
    "whole": """gmail_quote gmail_quote_container gmail_extra yahoo_quoted cite protonmail_quote tutanota_quote
        zmail_extra qt olk_src_body_section mail-editor-reference-message-container isreplycontent""",
    "rest": "divrplyfwdmsg appendonsend outlookmessageheader replysplit",  # what follows is quoted, to the end
    "intro": "moz-cite-prefix gmail_attr",
}
_QUOTES = {name: kind for kind, names in _QUOTE_MARKS.items() for name in names.split()}
_URL_IN_TEXT = re.compile(r"https?://[^\s<>\"'`\u2028\u2029]{1,2000}", re.IGNORECASE)
_EMAIL_IN_TEXT = re.compile(r"(?<![\w.@%+-])[\w.%+-]{1,64}@(?:[\w-]{1,63}\.){1,8}[a-z]{2,24}(?![\w@-])", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class CleanHtml:
    """HTML that loads nothing by itself: remote images wait in `data-remote-src`, the letter's own in `data-cid`. What
    the sender's program marked as a quote has `data-quote`: whole, rest or intro, see mailkit.quoted_html."""

    html: str
    has_remote_images: bool
    policy_version: int = POLICY_VERSION


def clean_html(html: str) -> CleanHtml:
    """Clean what a stranger wrote. Takes any text, in linear time."""
    cleaned = _CLEANER.clean(tame_html(html).html) if html else ""
    remote, cid = f'src="{_MARK}-remote:', f'src="{_MARK}-cid:'
    html = cleaned.replace(remote, 'data-remote-src="').replace(cid, 'data-cid="')
    for name in ("class", "id", "type"):
        html = html.replace(f' {name}="{_MARK}-quote:', ' data-quote="')
    return CleanHtml(html=html, has_remote_images=remote in cleaned)


def clean_again(html: str) -> CleanHtml:
    """What an older version of this module cleaned, by the rules of this one; its images keep waiting."""
    return clean_html(html.replace(' data-cid="', ' src="cid:').replace(' data-remote-src="', ' src="'))


def text_to_html(text: str) -> str:
    """Plain text as HTML: escaped first, then its addresses made links."""
    pieces: list[str] = []
    place = 0
    for found in sorted([*_URL_IN_TEXT.finditer(text), *_EMAIL_IN_TEXT.finditer(text)], key=lambda one: one.start()):
        if found.start() < place:  # an address inside a link
            continue
        shown = _without_closing(found[0])
        href = shown if _LINK.match(shown) else f"mailto:{shown}"
        pieces += [escape(text[place : found.start()]), _link(href, shown)]
        place = found.start() + len(shown)
    pieces.append(escape(text[place:]))
    return f'<div style="white-space: pre-wrap">{"".join(pieces)}</div>'


def _link(href: str, shown: str) -> str:
    return f'<a href="{escape(href)}" rel="noopener noreferrer nofollow" target="_blank">{escape(shown)}</a>'


def _without_closing(url: str) -> str:
    """The URL without the punctuation of the sentence it stands in; a bracket it opened itself stays."""
    shown = url.rstrip(".,;:!?*")
    while shown.endswith(")") and shown.count("(") < shown.count(")"):
        shown = shown[:-1].rstrip(".,;:!?*")
    return shown


def _filter_attribute(tag: str, name: str, value: str) -> str | None:
    if name == "style":
        return _clean_style(value) if len(value) > MAX_KEPT_STYLE_CHARS else _clean_short_style(value)
    if name in {"class", "id"} or (name == "type" and tag == "blockquote"):
        return _quote_mark(value)
    if name == "href":
        link = _CONTROL.sub("", value)
        return link if _LINK.match(link) else None
    if name == "src":
        return _clean_source(value) if tag == "img" else None
    return value


def _quote_mark(value: str) -> str | None:
    kind = next((_QUOTES[word] for word in value[:300].lower().split() if word in _QUOTES), None)
    return f"{_MARK}-quote:{kind}" if kind else None


def _clean_source(value: str) -> str | None:
    """An image's address: inside the letter as it is, all others marked."""
    source = _CONTROL.sub("", value)
    if _RASTER.fullmatch(source):
        return source
    if source[:4].lower() == "cid:":
        return f"{_MARK}-cid:{source[4:]}"
    if source.startswith("//"):
        source = f"https:{source}"
    return f"{_MARK}-remote:{source}" if _REMOTE.match(source) else None


def _clean_style(style: str) -> str | None:
    """The declarations that are allowed, by name and by value."""
    kept: list[str] = []
    for declaration in style.split(";")[:100]:
        name, colon, value = declaration.partition(":")
        if name.strip().lower() == "background":
            name, value = "background-color", _color_in(value[:300])
        is_sound = (
            len(value) < 300 and not _BAD_STYLE.search(value) and value.count('"') % 2 == value.count("'") % 2 == 0
        )
        if colon and value and is_sound and name.strip().lower() in _STYLES:
            kept.append(f"{name.strip().lower()}: {' '.join(value.split())}")
    return "; ".join(kept) or None


def _color_in(background: str) -> str:
    """Of all that this property may hold: without it, white words would stand on white paper."""
    found = _WORD.fullmatch(background.strip()) or _COLOR.search(background)
    return found[0] if found else ""


# A letter repeats a few styles in all its paragraphs, and a correspondent in all his letters.
_clean_short_style = lru_cache(maxsize=2048)(_clean_style)
_CLEANER = nh3.Cleaner(
    tags=set(_TAGS),
    clean_content_tags=set(_DROPPED_WITH_CONTENT),
    attributes=_ATTRIBUTES,
    attribute_filter=_filter_attribute,
    link_rel="noopener noreferrer nofollow",
    set_tag_attribute_values={"a": {"target": "_blank"}, "img": {"referrerpolicy": "no-referrer"}},
    url_schemes={"http", "https", "mailto", "tel", "cid", "data"},
    url_relative="pass_through",  # _filter_attribute knows better: //host is remote, the others go
)
