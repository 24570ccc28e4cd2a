"""The words of a letter in both forms, text and HTML: cleaned, signed, and with what it answers.

A quote stands at the end, after a line that says whose words these are ("On ..., Ann <ann@example.com> wrote:"). The
signature goes between the answer and that line. Such quotes are made here; people's programs make them alike.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from html import unescape

import nh3
from django.utils.html import escape, linebreaks

from mailkit.composed_html import ATTRIBUTES, TAGS

_ATTRIBUTION_CHARS = 1000  # how far before the quote its first line may begin
_OWN_IMAGE = re.compile(r'data-cid="([^"<>]{1,500})"')
_BLOCK_START = re.compile(r"<(?:p|div)\b", re.IGNORECASE)
_ATTRIBUTION = re.compile(r"<(?:p|div)\b[^>]*>[^<]*@[^<]*:(?:<br ?/?>|\s)*</(?:p|div)>\s*", re.IGNORECASE)


def sign_text(text: str, signature: str) -> str:
    """The text with the signature after "-- " (RFC 3676 section 4.3), before what it quotes."""
    if not signature.strip():
        return text
    place = quote_of_text(text)
    own, quote = text[:place].rstrip("\n"), text[place:]
    signed = f"{own}\n\n-- \n{signature.strip()}\n"
    return f"{signed}\n{quote}" if quote else signed


def sign_html(html: str, signature: str) -> str:
    """The HTML with the signature, which is HTML, before what it quotes."""
    if not signature.strip():
        return html
    place = quote_of_html(html)
    return f"{html[:place]}<div>--<br>{signature}</div>{html[place:]}"


def join_text(own: str, quote: str) -> str:
    """The words of the writer, and below them what they answer or forward."""
    return f"{own.rstrip()}\n\n{quote.strip()}\n".lstrip("\n") if quote.strip() else own


def text_to_html(text: str) -> str:
    """Escaped, its lines kept, in paragraphs."""
    return str(linebreaks(text, autoescape=True))


def quote_text(attribution: str, text: str) -> str:
    lines = [f">{line}" if line.startswith(">") else f"> {line}".rstrip() for line in text.strip().split("\n")]
    return "\n".join([attribution, *lines, ""])


def quote_html(attribution: str, html: str) -> str:
    """Without its images: they are the other letter's, or lie on somebody's server."""
    quoted = nh3.clean(html, tags=set(TAGS - {"img"}), attributes=ATTRIBUTES, link_rel=None)
    return f"<p>{escape(attribution)}</p><blockquote>{quoted}</blockquote>"


def forward_text(title: str, header: Sequence[tuple[str, str]], text: str) -> str:
    lines = [f"---------- {title} ----------", *(f"{name}: {value}" for name, value in header)]
    return "\n".join([*lines, "", text.strip(), ""])


def forward_html(title: str, header: Sequence[tuple[str, str]], html: str) -> str:
    """Not in a <blockquote>: it is handed on as it came. Its own images stay, which go along; others stay behind."""
    rows = "".join(f"<b>{escape(name)}:</b> {escape(value)}<br>" for name, value in header)
    return f"<div>---------- {escape(title)} ----------<br>{rows}</div><br><div>{html}</div>"


def own_images(html: str, content_ids: Mapping[str, str]) -> str:
    """A letter's cleaned HTML (mailkit.html_cleaner) with those of its images that go along, under new Content-IDs."""

    def image_of(found: re.Match[str]) -> str:
        content_id = content_ids.get(unescape(found[1]))
        return f'src="cid:{content_id}"' if content_id else ""

    return _OWN_IMAGE.sub(image_of, html)


def release_images(quote: str) -> str:
    """Remote images of a forwarded letter wait while it is written; its reader's program decides about them anew."""
    return quote.replace(' data-remote-src="', ' src="')


def quote_of_text(text: str) -> int:
    """Where the quote at the end begins, its first line included; the end of the text when there is none."""
    lines = text.rstrip().split("\n")
    first = len(lines)
    while first and lines[first - 1].startswith(">"):
        first -= 1
    is_quote = 0 < first < len(lines) and "@" in lines[first - 1] and lines[first - 1].rstrip().endswith(":")
    return sum(len(line) + 1 for line in lines[: first - 1]) if is_quote else len(text)


def quote_of_html(html: str) -> int:
    """The same for HTML: the paragraph before the first <blockquote>, if that reaches to the end."""
    quote = html.lower().find("<blockquote")
    if quote < 0 or not html.rstrip().lower().endswith("</blockquote>"):
        return len(html)
    starts = [found.start() for found in _BLOCK_START.finditer(html, max(0, quote - _ATTRIBUTION_CHARS), quote)]
    return starts[-1] if starts and _ATTRIBUTION.fullmatch(html, starts[-1], quote) else len(html)
