"""Text for people out of the text parts of a letter: format=flowed joined, HTML reduced to its words."""

from __future__ import annotations

import re

from selectolax.lexbor import LexborHTMLParser

from mailkit.html_limits import RAW_TEXT
from mailkit.html_shape import tame_html

# cap_html has given what changes tokenizing an x-.
_INVISIBLE = ["head", "object", *RAW_TEXT, "x-svg", "x-math", "x-template", "x-noscript", "x-iframe", "x-select"]
# A mark where a line ends, set before parsing: the parser's text then needs one pass, whatever the nesting.
_MARK = "\x1e"
_LINE_END = re.compile(r"<(?:br|hr)\b|</(?:p|div|tr|li|h[1-6]|table|ul|ol|dl|dt|dd|blockquote|pre|center)\b")
_CELL_END = re.compile(r"</t[dh]\b")
# Addresses that a letter's text names; those in braces are filled in later.
_NAMED = ("http://", "https://", "{")
_TABLE_TAG = re.compile(r"<(/?)(?=(?:table|t[hrd]|tbody|thead|tfoot|caption|col(?:group)?)\b)")


def html_to_text(html: str) -> str:
    """The words of an HTML text, in lines."""
    tame = tame_html(html)
    closed = LexborHTMLParser(tame.html).html or "" if tame.is_ordinary else tame.html
    marked = _LINE_END.sub(rf"{_MARK}\g<0>", closed.replace(_MARK, ""))
    spaced = _CELL_END.sub(r" \g<0>", marked)
    # As unknown elements: a parser moves text that stands between the cells of a table, our marks too.
    tree = LexborHTMLParser(_TABLE_TAG.sub(r"<\1x-", spaced))
    tree.strip_tags(_INVISIBLE)
    text = tree.body.text() if tree.body else ""
    lines = (" ".join(line.split()) for line in text.split(_MARK))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def letter_text(html: str) -> str:
    """The same for a letter that we write, for readers who see no HTML: behind its words a link names its address."""
    tree = LexborHTMLParser(tame_html(html).html)
    for link in tree.css("a[href]"):
        address = (link.attributes.get("href") or "").strip()
        if address.startswith(_NAMED) and _bare(address) != _bare(link.text().strip()):
            link.insert_after(f" ({address})")
    return html_to_text(tree.body.html or "" if tree.body else "")


def _bare(address: str) -> str:
    return address.partition("://")[2].removesuffix("/") if "://" in address else address.removesuffix("/")


def unflow(text: str, *, is_delsp: bool = False) -> str:
    """Join the lines of format=flowed (RFC 3676): a line that ends in a space goes on in the next of the same depth."""
    result: list[str] = []
    open_depth: int | None = None  # quote depth of a line that goes on
    for line in text.replace("\r\n", "\n").split("\n"):
        depth = len(line) - len(line.lstrip(">"))
        words = line[depth:].removeprefix(" ")  # space-stuffing
        is_signature = words == "-- "
        if open_depth == depth and not is_signature:
            result[-1] += words
        else:
            result.append(f"{'>' * depth} {words}" if depth else words)
        is_open = words.endswith(" ") and not is_signature
        open_depth = depth if is_open else None
        if is_open and is_delsp:
            result[-1] = result[-1][:-1]
    return "\n".join(result)
