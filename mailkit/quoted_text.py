"""A reply's own words, apart from what it quotes."""

from __future__ import annotations

import re

# "On Monday, Bob <b@x> wrote:", in the languages of our users' correspondents; the line may be broken in two. Without
# its colon, so that nothing behind the words is looked for from each of them again.
_INTRODUCTION = re.compile(
    r"(?:on\b.{0,200}\bwrote|el\b.{0,200}\bescribió|le\b.{0,200}\ba écrit|am\b.{0,200}\bschrieb.{0,100}"
    r"|em\b.{0,200}\bescreveu|il\b.{0,200}\bha scritto|op\b.{0,200}\bschreef.{0,100}"
    r"|.{0,200}\b(?:пишет|писал|писала|написал|написала|написали|пише)(?:\(а\))?.{0,100})",
    re.IGNORECASE,
)
# "2026-11-21 10:15 GMT+01:00 Bob <b@x>:", in any language. In two steps, which take linear time.
_AUTHOR = re.compile(r"<[^<>\s@]{1,200}@[^<>\s@]{1,200}>\s*:$")
_YEAR = re.compile(r"\d{4}")
# Outlook and its kin quote below a line, without marks.
_BELOW = re.compile(
    r"^\s*(?:-{2,}\s*(?:original message|исходное сообщение|mensaje original|ursprüngliche nachricht"
    r"|message d'origine|mensagem original|messaggio originale)\s*-{2,}"
    r"|_{20,})\s*$",
    re.IGNORECASE,
)
_HEADER_LINE = re.compile(r"^\*?(?:from|от|de|von|da)\s*:\*?\s.{0,300}$", re.IGNORECASE)
_NEXT_HEADER = re.compile(
    r"^\*?(?:sent|date|to|отправлено|дата|кому|enviado|fecha|para|gesendet|an|envoyé)\s*:", re.IGNORECASE
)
MAX_LINE_CHARS = 400
MAX_INTRODUCTION_CHARS = 320  # what it may match
MAX_LINES = 3000  # a quote begins before, or the text is no letter that a person wrote


def split_quote(text: str) -> tuple[str, str]:
    """(own words, what is quoted). With words below the quote, all of them count as own and nothing is cut."""
    lines = text.split("\n")
    start = _quote_start(lines)
    own, quoted = lines[:start], lines[start:]
    if not any(line.strip() for line in own):  # nothing but a quote, or words between the quotes: show it whole
        return text.strip(), ""
    return "\n".join(own).strip(), "\n".join(quoted).strip()


def strip_quotes(text: str) -> str:
    """A letter's own words only."""
    return split_quote(text)[0]


def snippet(text: str, length: int = 200) -> str:
    """The first own words in one line, for a list."""
    words = " ".join(strip_quotes(text[:20_000]).split())
    return words if len(words) <= length else f"{words[: length - 1].rstrip()}…"


def _quote_start(lines: list[str]) -> int:
    """The index of the first line that belongs to the closing quote; len(lines) when there is none."""
    marked = [_is_marked(line) for line in lines]
    last_own = max((index for index, line in enumerate(lines) if not marked[index] and line.strip()), default=-1)
    last_marked = max((index for index, is_marked in enumerate(marked) if is_marked), default=-1)
    beginnings = [line[:MAX_LINE_CHARS].strip() for line in lines[: MAX_LINES + 1]]
    for index, (line, following) in enumerate(zip(beginnings[:MAX_LINES], [*beginnings[1:], ""], strict=False)):
        if marked[index]:
            if last_own < index:
                return index
            continue
        if not _may_begin(line, following):
            continue
        if begins_below(line) or _is_header_block(line, lines, index):
            return index
        # Own words after the marked lines mean an answer between or below them: nothing is cut then.
        if (last_marked < index or last_own <= index + 1) and _is_introduction(line, following):
            return index
    return len(lines)


def _is_marked(line: str) -> bool:
    """Quoted: ">", or one space or tab before it."""
    return line[:1] == ">" or (line[1:2] == ">" and line[0] in " \t")


def _may_begin(line: str, following: str) -> bool:
    """Most lines cannot begin a quote, and what says so costs less than the patterns."""
    return ":" in line or line[:1] in {"-", "_"} or following[-1:] == ":"


def begins_below(line: str) -> bool:
    """Whether this line says that a quote follows below it."""
    return line[:1] in {"-", "_"} and _BELOW.match(line) is not None


def _is_introduction(line: str, following: str) -> bool:
    if not line or line.startswith(">"):
        return False
    return introduces(line) or introduces(f"{line} {following}")


def introduces(line: str) -> bool:
    """ "On Monday, Bob wrote:", in one line."""
    if not line.endswith(":"):
        return False
    author = _AUTHOR.search(line)
    is_dated = author is not None and _YEAR.search(line, 0, min(author.start(), 124)) is not None
    words = line[:-1].rstrip()
    return is_dated or (len(words) <= MAX_INTRODUCTION_CHARS and _INTRODUCTION.fullmatch(words) is not None)


def _is_header_block(line: str, lines: list[str], index: int) -> bool:
    """ "From: ..." with "Sent:" or "To:" in the next lines: Outlook's way to begin a quote."""
    if ":" not in line or not _HEADER_LINE.match(line):
        return False
    return any(_NEXT_HEADER.match(line[:MAX_LINE_CHARS].strip()) for line in lines[index + 1 : index + 4])
