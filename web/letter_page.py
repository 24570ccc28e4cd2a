"""The document inside a letter's frame: the cleaned body, our small style sheet, the quoted part folded.

Bodies without colors of their own follow the theme; the others lie on white paper, as their writer saw them.
"""

from __future__ import annotations

import re
from urllib.parse import quote_plus

from django.templatetags.static import static
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from selectolax.lexbor import LexborHTMLParser

from mailkit.html_cleaner import text_to_html
from mailkit.quoted_text import split_quote
from threads.models import Message, MessageBody

# What got past the cleaning can neither run nor load nor submit. Never allow-scripts beside allow-same-origin.
POLICY = (
    "default-src 'none'; img-src 'self' data:; style-src 'unsafe-inline'; font-src 'self'; form-action 'none'; "
    "base-uri 'none'; frame-ancestors 'self'; sandbox allow-same-origin allow-popups allow-popups-to-escape-sandbox"
)
SCHEMES = {"light": "light", "dark": "dark", "system": "light dark"}
OWN_COLORS = re.compile(r"""\bbgcolor=|<font[^>]+color|style="[^"]*\b(?:background|color)\b""")
MOST_PICTURES = 50  # each is a visit to the mail server, and a letter may name a thousand
MOST_BELOW_QUOTE = 120  # characters of closing tags and empty lines after the last block quote
STYLE = """
@font-face{font-family:Inter;font-weight:400 700;font-display:swap;src:url("%(latin)s") format("woff2")}
@font-face{font-family:Inter;font-weight:400 700;font-display:swap;src:url("%(cyrillic)s") format("woff2");
unicode-range:U+0301,U+0400-045F,U+0490-0491,U+04B0-04B1,U+2116}
:root{color-scheme:%(scheme)s}
html{overflow-x:auto}
body{margin:0;font:15px/1.6 Inter,ui-sans-serif,system-ui,"Segoe UI",Roboto,sans-serif;overflow-wrap:anywhere;
font-feature-settings:"cv11","ss03";color:light-dark(oklch(25%% .02 262),oklch(94%% .005 260))}
.paper{color-scheme:light;color:#1d2433;background:#fff;padding:16px;border-radius:8px}
.text{white-space:pre-wrap}
p{margin:0 0 1em}
img{max-width:100%%;height:auto}
img[alt]:not([src],[alt=""]){padding:2px 8px;border:1px dashed light-dark(#c3cad6,#4a5264);border-radius:6px}
a{color:light-dark(oklch(45%% .18 264),oklch(82%% .1 264))}
pre{white-space:pre-wrap}
table{max-width:100%%}
:where(.plain) table[border]:not([border="0"]){border-collapse:collapse;border:0;margin:0 0 1em}
:where(.plain) table[border]:not([border="0"]) :is(td,th){border:1px solid light-dark(#d9dee8,#3a4152);text-align:start}
blockquote{margin:0 0 1em;padding-left:12px;border-left:3px solid light-dark(#d9dee8,#3a4152);
color:light-dark(#4b5565,#aab2c2)}
summary{width:max-content;padding:0 12px;border-radius:99px;cursor:pointer;list-style:none;line-height:22px;
background:light-dark(#eceff4,#2a3040);color:light-dark(#4b5565,#aab2c2);letter-spacing:.1em}
summary::-webkit-details-marker{display:none}
summary:focus-visible{outline:2px solid light-dark(oklch(50%% .19 264),oklch(74%% .13 264));outline-offset:2px}
"""


def letter_page(message: Message, theme: str) -> str:
    body = MessageBody.objects.filter(message=message).only("text", "html").first()
    html, text = (body.html, body.text) if body else ("", "")
    content = _html_body(message, html) if html else _text_body(text)
    return page_of(message.subject or _("(no subject)"), content, theme)


def page_of(title: str, content: SafeString, theme: str) -> str:
    """A whole document in the looks of a letter. `content` was cleaned."""
    return format_html(
        '<!doctype html><html lang="{}"><head><meta charset="utf-8"><base target="_blank">'
        '<meta name="viewport" content="width=device-width"><title>{}</title><style>{}</style></head>'
        "<body>{}</body></html>",
        get_language() or "en",
        title,
        mark_safe(_style(theme)),  # noqa: S308  (nothing of the letter is in it)
        content,
    )


def _style(theme: str) -> str:
    return STYLE % {
        "scheme": SCHEMES.get(theme, SCHEMES["system"]),
        "latin": static("web/fonts/inter-latin.woff2"),
        "cyrillic": static("web/fonts/inter-cyrillic.woff2"),
    }


def _html_body(message: Message, html: str) -> SafeString:
    """`html` was cleaned when the letter was filed. Changed as a tree: in text a sender can forge any mark."""
    tree = LexborHTMLParser(html)
    _show_inline_pictures(message, tree)
    _fold_quote(tree, html)
    own = mark_safe((tree.body.inner_html or "") if tree.body else "")  # noqa: S308  (cleaned, and see POLICY)
    return format_html('<div class="{}">{}</div>', "paper" if OWN_COLORS.search(html) else "plain", own)


def _show_inline_pictures(message: Message, tree: LexborHTMLParser) -> None:
    """Pictures that came with the letter get an address of ours; all others stay blocked."""
    base = reverse("inline_picture", args=[message.pk])
    pictures = [(picture, picture.attributes["data-cid"] or "") for picture in tree.css("img[data-cid]")]
    shown = set(list(dict.fromkeys(cid for _picture, cid in pictures))[:MOST_PICTURES])
    for picture, cid in pictures:
        if cid in shown:
            picture.attrs["src"] = f"{base}?cid={quote_plus(cid)}"


def _fold_quote(tree: LexborHTMLParser, html: str) -> None:
    """A block quote that closes the letter is folded; one with words below it was answered in place and stays open."""
    quotes = tree.css("blockquote:not(blockquote blockquote)")
    if not quotes or html.rfind("</blockquote>") < len(html) - MOST_BELOW_QUOTE:
        return
    last, fold = quotes[-1], LexborHTMLParser(f"{_fold()}</details>").css_first("details")
    fold.insert_child(last)
    last.replace_with(fold)


def _text_body(text: str) -> SafeString:
    plain, quote = split_quote(text)
    shown = mark_safe(text_to_html(plain))  # noqa: S308  (escaped there)
    if not quote:
        return shown
    return format_html('{}{}<blockquote class="text">{}</blockquote></details>', shown, _fold(), quote)


def _fold() -> SafeString:
    return format_html('<details><summary aria-label="{}">•••</summary>', _("Show the quoted text"))
