"""Where the quote begins in a letter's cleaned HTML: by the marks of mail programs, and by words where there are none.

What a sender forwards is no quote: for the reader it is the letter.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from selectolax.lexbor import LexborHTMLParser, LexborNode

from mailkit.quoted_text import begins_below, introduces
from mailkit.subject_prefixes import FORWARD

MOST_BELOW_QUOTE = 120  # characters of a closing line after the quote; more were written below it, and all stays open
MOST_MARKS = 20  # letters have one or two: a thousand are there to keep us busy
MOST_TEXTS = 3000  # pieces of text looked at for words that begin a quote
HEADER_TEXTS = 14  # pieces of text that "From: ... Sent: ... To: ..." may take
INTRO_CHARS = 400
QUOTE_MARK = "data-quote"  # see mailkit.html_cleaner
_FORWARDS = frozenset(word.replace("_", " ").casefold() for words in FORWARD.values() for word in words.split())
_FROM = re.compile(r"(?:from|от|от кого|de|von|da|van|expéditeur)\s*:", re.IGNORECASE)
_HEADERS = re.compile(
    r"\b(?:sent|date|to|subject|отправлено|дата|кому|тема|enviado|fecha|para|asunto|gesendet|datum|an|betreff|envoyé|à"
    r"|objet|inviato|oggetto|assunto|verzonden|aan|onderwerp)\s*:",
    re.IGNORECASE,
)
_FORWARDED = re.compile(
    r"[-\s]{2,}\s*(?:forwarded message|пересылаемое сообщение|перенаправленное сообщение|mensaje reenviado|"
    r"weitergeleitete nachricht|message transféré)|(?:begin forwarded message|начало переадресованного)",
    re.IGNORECASE,
)


def is_forward(subject: str) -> bool:
    """Whether a letter passes another one on: by the first prefix of its subject."""
    first, colon, _rest = subject.partition(":")
    return bool(colon) and first.strip().casefold() in _FORWARDS


def find_quote(tree: LexborHTMLParser) -> list[LexborNode]:
    """The nodes of the quote that closes the letter, in order; none when there is none, or own words follow it."""
    if tree.body is None:
        return []
    for node, is_box in islice(_beginnings(tree, tree.body), MOST_MARKS):
        if _FORWARDED.match(_text(node, INTRO_CHARS)) or (is_box and _has_own_words(_after(node))):
            continue
        return [*_introduction(node), node, *_after(node)]
    return []


def _beginnings(tree: LexborHTMLParser, body: LexborNode) -> Iterator[tuple[LexborNode, bool]]:
    """Where a quote may begin, and whether it ends with this node too. Marks first, the outer before the inner."""
    for node in tree.css(f"[{QUOTE_MARK}=whole], [{QUOTE_MARK}=rest]"):
        yield node, node.attributes[QUOTE_MARK] == "whole"
    for node in _by_words(body):
        yield node, False
    for node in tree.css("blockquote:not(blockquote blockquote)"):
        yield node, True


def _by_words(body: LexborNode) -> Iterator[LexborNode]:
    """Blocks that begin as Outlook begins a quote: with a line, or with the headers of the letter quoted."""
    texts = [node for node in islice(_texts(body), MOST_TEXTS) if _text(node, 1)]
    for index, node in enumerate(texts):
        words = _text(node, INTRO_CHARS)
        if begins_below(words) or (_FROM.match(words) and _has_headers(texts[index + 1 : index + HEADER_TEXTS])):
            yield _block_of(node)


def _has_headers(texts: list[LexborNode]) -> bool:
    lines = "\n".join(_text(node, INTRO_CHARS) for node in texts)
    return len({found.lower() for found in _HEADERS.findall(lines)}) > 1


def _block_of(text: LexborNode) -> LexborNode:
    """The largest block that begins with this text: the box with the line on top, not the first word in it."""
    node = text
    while (parent := node.parent) is not None and parent.tag != "body" and not _has_words_before(node):
        node = parent
    return node


def _has_words_before(node: LexborNode) -> bool:
    return any(_text(one, 1) for one in _before(node))


def _before(node: LexborNode) -> Iterator[LexborNode]:
    """Its elder siblings, the next one first."""
    place = node.prev
    while place is not None:
        yield place
        place = place.prev


def _after(node: LexborNode) -> Iterator[LexborNode]:
    """What follows in the document, without what is inside."""
    place: LexborNode | None = node
    while place is not None and place.tag != "body":
        following = place.next
        while following is not None:
            yield following
            following = following.next
        place = place.parent


def _has_own_words(nodes: Iterator[LexborNode]) -> bool:
    """More of them than a closing line has; what is quoted too does not count."""
    length = 0
    for node in nodes:
        if node.tag != "blockquote" and QUOTE_MARK not in node.attributes:
            length += len(_text(node, MOST_BELOW_QUOTE + 1))
        if length > MOST_BELOW_QUOTE:
            return True
    return False


def _introduction(node: LexborNode) -> list[LexborNode]:
    """ "On Monday, Bob wrote:" or a line, directly above the quote."""
    between: list[LexborNode] = []
    for above in _before(node):
        if _text(above, 1):
            return [above, *between] if _is_introduction(above) else between
        between.insert(0, above)
    return between


def _is_introduction(node: LexborNode) -> bool:
    words = _text(node, INTRO_CHARS + 1)
    return node.attributes.get(QUOTE_MARK) == "intro" or (len(words) <= INTRO_CHARS and introduces(words))


def _texts(node: LexborNode) -> Iterator[LexborNode]:
    return (each for each in node.traverse(include_text=True) if each.is_text_node)


def _text(node: LexborNode, most: int) -> str:
    """Its words in one line, `most` characters of them."""
    pieces: list[str] = []
    left = most
    for text in _texts(node):
        words = " ".join((text.text_content or "").split())
        pieces.append(words)
        left -= len(words)
        if left <= 0:
            break
    return " ".join(filter(None, pieces))[:most]
