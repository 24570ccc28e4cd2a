"""However a letter is cut into pieces on its way, the same text and the same refusals come of it."""

from __future__ import annotations

import asyncio
import io
import random
from collections.abc import Iterator, Sequence

import pytest

from mailkit.smtp_letters import Fault, Limits
from mailkit.smtp_text import LetterText

LIMITS = Limits(line_bytes=40, letter_bytes=400)
NEXT = b"NOOP\r\n"  # a command that came with the letter
LETTERS = {
    b".\r\n": b"",
    b"\r\n.\r\n": b"\r\n",
    b"a\r\n.\r\n": b"a\r\n",
    b"..\r\n.\r\n": b".\r\n",
    b"a.\r\n..b\r\n...\r\n.\r\n": b"a.\r\n.b\r\n..\r\n",
    b".a\r\n.\r\n": b"a\r\n",
    b"x" * 40 + b"\r\n.\r\n": b"x" * 40 + b"\r\n",
}
REFUSED = {
    b"a\n.\r\nb\r\n.\r\n": "bare_line_end",
    b"a\r.\r\nb\r\n.\r\n": "bare_line_end",
    b"a\r\n.\nb\r\n.\r\n": "bare_line_end",
    b"a\r\n.\rb\r\n.\r\n": "bare_line_end",
    b"a\r\r\n.\r\n": "bare_line_end",
    b"a\r\n.\n\r\n.\r\n": "bare_line_end",
    b"x" * 41 + b"\r\n.\r\n": "line_too_long",
    b"ok\r\n" + b"x" * 41 + b"\r\nok\r\n.\r\n": "line_too_long",
    b"0123456789\r\n" * 34 + b".\r\n": "too_large",
}


def receive(pieces: Sequence[bytes]) -> tuple[io.BytesIO, Fault | None, bytes]:
    """What was written, the fault, and what the reader has for the next command."""

    async def main() -> tuple[io.BytesIO, Fault | None, bytes]:
        reader, file = asyncio.StreamReader(limit=40), io.BytesIO()
        receiving = asyncio.create_task(LetterText(reader, file, LIMITS).receive())
        for piece in pieces:
            reader.feed_data(piece)
            await asyncio.sleep(0)
            await asyncio.sleep(0)
        fault = await receiving
        return file, fault, await reader.readuntil(b"\r\n")

    return asyncio.run(main())


def ways(letter: bytes) -> Iterator[list[bytes]]:
    """At once, byte by byte, and cut anywhere."""
    generator = random.Random(letter)  # noqa: S311  (no secret)
    yield [letter]
    yield [bytes([byte]) for byte in letter]
    for _ in range(30):
        yield cut(letter, generator)


def cut(letter: bytes, generator: random.Random) -> list[bytes]:
    places = sorted(generator.sample(range(1, len(letter)), min(len(letter) - 1, generator.randrange(1, 8))))
    return [letter[start:end] for start, end in zip([0, *places], [*places, len(letter)], strict=True)]


@pytest.mark.parametrize("letter", LETTERS)
def test_a_letter_is_the_same_in_all_pieces(letter: bytes) -> None:
    for pieces in ways(letter + NEXT):
        file, fault, rest = receive(pieces)
        assert (file.getvalue(), fault, rest) == (LETTERS[letter], None, NEXT)


@pytest.mark.rule("G03")
@pytest.mark.parametrize("letter", REFUSED)
def test_a_refusal_is_the_same_in_all_pieces(letter: bytes) -> None:
    for pieces in ways(letter + NEXT):
        file, fault, rest = receive(pieces)
        assert fault is not None
        assert (fault.code, rest) == (REFUSED[letter], NEXT)
        assert file.closed


def test_a_peer_that_has_gone_left_no_letter() -> None:
    async def main() -> None:
        reader = asyncio.StreamReader()
        reader.feed_data(b"Subject: half\r\n")
        reader.feed_eof()
        with pytest.raises(asyncio.IncompleteReadError):
            await LetterText(reader, io.BytesIO(), LIMITS).receive()

    asyncio.run(main())
