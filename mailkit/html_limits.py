"""A linear pass over HTML before any parser sees it.

Parsers of HTML are quadratic in depth, attributes and wrong character references: nh3 needs 33 s for 500 kB of nested
<div>, 13 s for a megabyte of "&", and unclosed <font>s are repeated in every later paragraph. So the text is rewritten
first: comments, scripts and styles left out, every tag closed, nothing deeper or wider than the limits. This makes HTML
harmless to parse, not to show: that is html_cleaner's.
"""

from __future__ import annotations

import re
from collections import Counter
from html.entities import html5

MAX_HTML_CHARS = 1024 * 1024
MAX_DEPTH = 256
MAX_ATTRIBUTES = 256
MAX_TAGS = 50_000
MAX_REFERENCES = 50_000
MAX_FORMATTING = 32  # open at once: a parser may have to repeat them all in each block that follows


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_TAG = re.compile(r"<(/?)([a-zA-Z][^\s/>]{0,60})")
# One attribute as the tokenizer of the HTML standard reads it (section 13.2.5.32 and following), or the tag's end.
_ATTRIBUTE = re.compile(
    r"""[\s/]*+(?:(>)|([^\s/>][^\s/>=]*+(?:\s*+=\s*+(?:"[^"]*+"|'[^']*+'|[^\s>"'][^\s>]*+|(?=>)))?+))"""
)
_BREAK = re.compile(r"[<\0]")
_REFERENCE = re.compile(r"&(?:(#(?:[0-9]{1,7}|[xX][0-9a-fA-F]{1,6}))(;?)|([a-zA-Z][a-zA-Z0-9]{0,31})(;?))?")
RAW_TEXT = frozenset(["script", "style", "title"])
# Elements that change how their content is tokenized; as unknown elements they do not.
RENAMED = _words("svg math noscript noembed noframes iframe xmp plaintext textarea select template frameset listing")
_VOID = _words("area base br col embed hr img input link meta param source track wbr")
FORMATTING = _words("a b big code em font i nobr s small strike strong tt u")
_BLOCKS = _words(
    "address article aside blockquote center details dir div dl fieldset figcaption figure footer form h1 h2 h3 h4 h5 "
    "h6 header hr li main menu nav ol p pre section summary table ul dd dt"
)
_SCOPE_ENDS = frozenset(["table", "td", "th", "caption", "object", "marquee", "button"])
_TABLE_FRAME = frozenset(["table", "thead", "tbody", "tfoot", "tr"])
_ROWS = frozenset(["tr", "td", "th"])
# What an opening tag closes when it is open, and what hides it (HTML standard, section 13.2.6.4.7).
_CLOSES: dict[str, tuple[frozenset[str], frozenset[str]]] = {
    **{name: (frozenset(["p"]), _SCOPE_ENDS) for name in _BLOCKS},
    "li": (frozenset(["li", "p"]), _SCOPE_ENDS | {"ul", "ol"}),
    "dt": (frozenset(["dt", "dd", "p"]), _SCOPE_ENDS | {"dl"}),
    "dd": (frozenset(["dt", "dd", "p"]), _SCOPE_ENDS | {"dl"}),
    "a": (frozenset(["a"]), _SCOPE_ENDS),
    "td": (frozenset(["td", "th"]), frozenset(["table", "tr"])),
    "th": (frozenset(["td", "th"]), frozenset(["table", "tr"])),
    "tr": (_ROWS, frozenset(["table"])),
    **{name: (_ROWS | {"thead", "tbody", "tfoot"}, frozenset(["table"])) for name in ("thead", "tbody", "tfoot")},
}


def cap_html(html: str, *, max_chars: int = MAX_HTML_CHARS) -> str:
    """The HTML within the limits, every tag closed. What stands beyond a limit is left out; text stays."""
    return _Rewriter(html[:max_chars]).run()


class _Rewriter:
    """Reads left to right, each character once, and writes what it lets through."""

    def __init__(self, html: str) -> None:
        self.html = html
        self.out: list[str] = []
        self.open: list[str] = []
        self.counts: Counter[str] = Counter()  # of open elements by name: most searches need not begin
        self.tags = 0
        self.formatting = 0
        self.references = 0

    def run(self) -> str:
        place = 0
        while (found := _BREAK.search(self.html, place)) is not None:
            self.out.append(self._settle(self.html[place : found.start()], is_text=True))
            place = self._markup(found.start())
        self.out.append(self._settle(self.html[place:], is_text=True))
        self._close_to(0)
        return "".join(self.out)

    def _markup(self, place: int) -> int:
        """Handle what begins with this "<" (or a NUL, which is dropped); where to read on."""
        tag = _TAG.match(self.html, place)
        if tag:
            return self._tag(tag)
        if self.html.startswith("<!--", place):
            return self._after("-->", place + 2)  # so that <!--> and <!---> end at once
        if self.html[place + 1 : place + 2] in {"!", "?", "/"}:
            return self._after(">", place)
        if self.html[place] == "<":
            self.out.append(self._settle("<", is_text=True))
        return place + 1

    def _settle(self, text: str, *, is_text: bool) -> str:
        """The text with sound references only; without its "&" and "<" when there were too many."""
        self.references += text.count("&") + text.count("<")
        if self.references > MAX_REFERENCES:
            return text.replace("&", "").replace("<", "")
        return _settle_references(text, is_text=is_text)

    def _after(self, end: str, start: int) -> int:
        place = self.html.find(end, start)
        return place + len(end) if place >= 0 else len(self.html)

    def _tag(self, tag: re.Match[str]) -> int:
        name = tag[2].lower()
        attributes, place = self._attributes(tag.end())
        if name in RAW_TEXT:
            return place if tag[1] else self._after_raw_text(name, place)
        name = f"x-{name}" if name in RENAMED else name
        if tag[1]:
            self._close(name)
        else:
            self._open(name, attributes)
        return place

    def _attributes(self, place: int) -> tuple[list[str], int]:
        attributes: list[str] = []
        while (found := _ATTRIBUTE.match(self.html, place)) is not None:
            place = found.end()
            if found[1]:
                return attributes, place
            if len(attributes) < MAX_ATTRIBUTES:
                attributes.append(self._settle(found[2], is_text=False))
        return attributes, len(self.html)  # the tag never ends: a browser drops it too

    def _after_raw_text(self, name: str, place: int) -> int:
        end = re.compile(rf"</{name}(?=[\s/>])", re.IGNORECASE).search(self.html, place)
        return self._after(">", end.end()) if end else len(self.html)

    def _open(self, name: str, attributes: list[str]) -> None:
        self.tags += 1
        if self.tags > MAX_TAGS:
            return
        self._close_implied(name)
        is_formatting = name in FORMATTING
        # Between the cells of a table a parser moves content before the table, the formatting again and again.
        is_astray = bool(self.open) and self.open[-1] in _TABLE_FRAME
        if len(self.open) >= MAX_DEPTH or (is_formatting and (is_astray or self.formatting >= MAX_FORMATTING)):
            return
        self.out.append(f"<{' '.join([name, *attributes])}>")
        if name not in _VOID:
            self.open.append(name)
            self.counts[name] += 1
            self.formatting += is_formatting

    def _close_implied(self, name: str) -> None:
        closed, hidden_by = _CLOSES.get(name, (frozenset(), frozenset()))
        if not any(self.counts[one] for one in closed):
            return
        depth = len(self.open)
        for index in range(len(self.open) - 1, -1, -1):
            if self.open[index] in hidden_by:
                break
            if self.open[index] in closed:
                depth = index
        self._close_to(depth)

    def _close(self, name: str) -> None:
        """Close the innermost open element of this name with all inside it, but none across a table cell."""
        if not self.counts[name]:
            return
        for index in range(len(self.open) - 1, -1, -1):
            if self.open[index] == name:
                self._close_to(index)
                return
            if self.open[index] in {"td", "th"} and name not in {"tr", "table", "thead", "tbody", "tfoot"}:
                return

    def _close_to(self, depth: int) -> None:
        while len(self.open) > depth:
            name = self.open.pop()
            self.counts[name] -= 1
            self.formatting -= name in FORMATTING
            self.out.append(f"</{name}>")


def _settle_references(text: str, *, is_text: bool) -> str:
    """Character references as they are meant, all others escaped. Names without ";" count in text only."""

    if text == "<":
        return "&lt;"

    def settle(found: re.Match[str]) -> str:
        if found[1]:
            return f"&{found[1]};"
        name = found[3] or ""
        is_known = f"{name};" in html5 if found[4] else is_text and name in html5
        return f"&{name};" if is_known else f"&amp;{found[0][1:]}"

    return _REFERENCE.sub(settle, text) if "&" in text else text
