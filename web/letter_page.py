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
from selectolax.lexbor import LexborHTMLParser, LexborNode

from mailkit.html_cleaner import text_to_html
from mailkit.quoted_html import find_quote, is_forward
from mailkit.quoted_text import split_quote
from mailkit.remote_images import place_images
from threads.bodies import fresh_body
from threads.models import Message

# What got past the cleaning can neither run nor load nor submit. Never allow-scripts beside allow-same-origin.
POLICY = (
    "default-src 'none'; img-src 'self' data:; style-src 'unsafe-inline'; font-src 'self'; form-action 'none'; "
    "base-uri 'none'; frame-ancestors 'self'; sandbox allow-same-origin allow-popups allow-popups-to-escape-sandbox"
)
SCHEMES = {"light": "light", "dark": "dark", "system": "light dark"}
OWN_COLORS = re.compile(r"""\bbgcolor=|<font[^>]+color|style="[^"]*\b(?:background|color)\b""")
MOST_PICTURES = 50  # each is a visit to the mail server, and a letter may name a thousand
STYLE = """
@font-face{font-family:Inter;font-weight:400 700;font-display:swap;src:url("%(latin)s") format("woff2")}
@font-face{font-family:Inter;font-weight:400 700;font-display:swap;src:url("%(cyrillic)s") format("woff2");
unicode-range:U+0301,U+0400-045F,U+0490-0491,U+04B0-04B1,U+2116}
:root{color-scheme:%(scheme)s}
html{overflow-x:auto}
body{margin:0;font:15px/1.6 Inter,ui-sans-serif,system-ui,"Segoe UI",Roboto,sans-serif;overflow-wrap:anywhere;
font-feature-settings:"cv11","ss03";color:light-dark(oklch(25%% .02 262),oklch(94%% .005 260))}
.paper{color-scheme:light;color:#1d2433;background:#fff;padding:16px;border-radius:8px}
.dark .paper,.dark .paper img{filter:invert(.9) hue-rotate(180deg)}
p{margin:0 0 1em}
img{max-width:100%%;height:auto}
img[alt]:not([src],[alt=""]){padding:2px 8px;border:1px dashed light-dark(#c3cad6,#4a5264);border-radius:6px}
a{color:light-dark(oklch(45%% .18 264),oklch(82%% .1 264))}
pre{white-space:pre-wrap}
table{max-width:100%%}
tr:has(>:nth-child(3))>*{overflow-wrap:break-word}
.lines>div{unicode-bidi:plaintext}
.nothing{color:light-dark(#4b5565,#aab2c2)}
:where(.plain) table[border]:not([border="0"]){border-collapse:collapse;border:0;margin:0 0 1em}
:where(.plain) table[border]:not([border="0"]) :is(td,th){border:1px solid light-dark(#d9dee8,#3a4152);text-align:start}
blockquote{margin:0 0 1em;padding-left:12px;border-left:3px solid light-dark(#d9dee8,#3a4152);
color:light-dark(#4b5565,#aab2c2)}
summary{width:max-content;padding:0 12px;border-radius:99px;cursor:pointer;list-style:none;line-height:22px;
background:light-dark(#eceff4,#2a3040);color:light-dark(#4b5565,#aab2c2);letter-spacing:.1em}
summary::-webkit-details-marker{display:none}
summary:focus-visible{outline:2px solid light-dark(oklch(50%% .19 264),oklch(74%% .13 264));outline-offset:2px}
"""


def letter_page(message: Message, theme: str, *, images: str = "") -> str:
    """`images` is a token of web.image_consent: with it remote images are shown, through our server."""
    return page_of(message.subject or _("(no subject)"), letter_content(message, images=images), theme)


def letter_content(message: Message, *, images: str = "", is_folded: bool = True) -> SafeString:
    """The body as it stands in a document of ours. Not folded, it can be printed."""
    body = fresh_body(message)
    folds = is_folded and not is_forward(message.subject)
    if body.html:
        return _html_body(message, body.html, images=images, folds=folds)
    if not body.text.strip():
        return _nothing()
    return format_html('<div class="lines">{}</div>', _text_body(body.text, folds=folds))


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


def _html_body(message: Message, html: str, *, images: str, folds: bool) -> SafeString:
    """`html` was cleaned when the letter was filed. Changed as a tree: in text a sender can forge any mark."""
    tree = LexborHTMLParser(html)
    if tree.body is None or _weight(tree.body) == (0, 0):
        return _nothing()
    _show_inline_pictures(message, tree)
    if images:
        place_images(tree, lambda number: f"{reverse('remote_image', args=[message.pk, number])}?images={images}")
    if folds:
        _fold_quote(tree)
    own = mark_safe(tree.body.inner_html or "")  # noqa: S308  (cleaned, and see POLICY)
    return format_html('<div class="{}" dir="auto">{}</div>', "paper" if OWN_COLORS.search(html) else "plain", own)


def _nothing() -> SafeString:
    return format_html('<p class="nothing">{}</p>', _("This letter has no text."))


def _show_inline_pictures(message: Message, tree: LexborHTMLParser) -> None:
    """Pictures that came with the letter get an address of ours; all others stay blocked."""
    base = reverse("inline_picture", args=[message.pk])
    pictures = [(picture, picture.attributes["data-cid"] or "") for picture in tree.css("img[data-cid]")]
    shown = set(list(dict.fromkeys(cid for _picture, cid in pictures))[:MOST_PICTURES])
    for picture, cid in pictures:
        if cid in shown:
            picture.attrs["src"] = f"{base}?cid={quote_plus(cid)}"


def _fold_quote(tree: LexborHTMLParser) -> None:
    """The quote that closes the letter is folded. Where there is nothing else, it is the letter, and stays open."""
    quote = find_quote(tree)
    fold = LexborHTMLParser(f"{_fold()}</details>").css_first("details")
    if not quote or fold is None:
        return
    quote[0].insert_before(fold)
    folded = quote[0].prev  # what goes in is a copy
    if folded is None:
        return
    for node in quote:
        folded.insert_child(node)
        node.decompose()
    if tree.body is not None and _weight(tree.body) == _weight(folded):
        folded.attrs["open"] = ""


def _weight(node: LexborNode) -> tuple[int, int]:
    """Letters and pictures inside."""
    return len("".join(node.text().split())), len(node.css("img"))


def _text_body(text: str, *, folds: bool) -> SafeString:
    plain, quote = split_quote(text) if folds else (text, "")
    shown = mark_safe(text_to_html(plain))  # noqa: S308  (escaped there)
    if not quote:
        return shown
    quoted = mark_safe(text_to_html(quote))  # noqa: S308  (escaped there)
    return format_html("{}{}<blockquote>{}</blockquote></details>", shown, _fold(), quoted)


def _fold() -> SafeString:
    return format_html('<details><summary aria-label="{}">•••</summary>', _("Show the quoted text"))
