"""The bodies of the corpus: prose, HTML as mail programs make it, transfer encodings, attachments."""

from __future__ import annotations

import base64
import quopri
import random
from collections.abc import Sequence
from dataclasses import dataclass
from email.header import Header
from urllib.parse import quote

STYLE = (
    "<style>body{font-family:Calibri,Arial,sans-serif;font-size:11pt;color:#1f497d}p.MsoNormal{margin:0cm;"
    "margin-bottom:.0001pt}a:link{color:#0563C1;text-decoration:underline}table.t{border-collapse:collapse}</style>"
)
ROW = (
    '<tr><td style="padding:4px 8px;border:1px solid #ccc"><a href="https://t.example/c?id={id:x}">{word} {number}</a>'
    "</td><td align=right><b>{price:.2f}</b></td></tr>\n"
)
PARAGRAPH = (
    '<p class="MsoNormal"><span style="font-size:11.0pt;font-family:&quot;Calibri&quot;,sans-serif">{}<o:p></o:p>'
    "</span></p>\n"
)
FILES = (
    ("pdf", "application/pdf"),
    ("png", "image/png"),
    ("jpg", "image/jpeg"),
    ("docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
)
PLAIN, HTML = "text/plain", "text/html"
QUOTED, BASE64 = 0.45, 0.85  # below: quoted-printable, base64, then 8bit
NOISE = 400_000


@dataclass(frozen=True, slots=True)
class TextStyle:
    """How the text parts of one letter are encoded; `dice` chooses the transfer encoding."""

    charset: str
    dice: float


def crlf(text: str) -> bytes:
    return text.replace("\n", "\r\n").encode()


class Bodies:
    def __init__(self, dice: random.Random) -> None:
        self.random = dice
        self.noise = dice.randbytes(NOISE)

    def prose(self, words: Sequence[str], length: int) -> str:
        """Lines of about 66 characters, now and then a new paragraph."""
        lines: list[str] = []
        line: list[str] = []
        total = width = 0
        while total < length:
            word = self.random.choice(words)
            line.append(word)
            total += len(word) + 1
            width += len(word) + 1
            if width > 66:
                lines.append(" ".join(line))
                line, width = [], 0
                if self.random.random() < 0.12:
                    lines.append("")
        return "\n".join([*lines, " ".join(line)])

    def html(self, text: str, words: Sequence[str], length: int) -> str:
        """The text as a word processor writes it, filled up with a table."""
        dice = self.random
        body = "".join(PARAGRAPH.format(line or "&nbsp;") for line in text.split("\n"))
        rows: list[str] = []
        missing = length - len(body)
        while missing > 0:
            row = ROW.format(
                id=dice.getrandbits(60),
                word=dice.choice(words),
                number=dice.randint(1, 99999),
                price=dice.random() * 1e4,
            )
            rows.append(row)
            missing -= len(row)
        script = "<script>track(1)</script>" if dice.random() < 0.05 else ""
        pixel = f'<img src="https://t.example/o.gif?{dice.getrandbits(60):x}" width=1>' if dice.random() < 0.4 else ""
        return (
            f"<html><head>{STYLE}</head><body>{body}<table class=t>{''.join(rows)}</table>{script}{pixel}</body></html>"
        )

    def letter_body(self, text: str, words: Sequence[str], style: TextStyle) -> bytes:
        """From the Content-Type header on."""
        kind = self.random.random()
        if kind < 0.18:
            body = self._part(PLAIN, text, style)
        elif kind < 0.25:
            body = self._part(HTML, self.html(text, words, self.random.randint(1000, 12000)), style)
        else:
            html = self.html(text, words, int(self.random.lognormvariate(7.5, 0.8)))
            body = self._multipart(
                "alternative", [self._part(PLAIN, text, style), b"\r\n", self._part(HTML, html, style), b"\r\n"]
            )
        return self._with_files(body, words, style.charset) if self.random.random() < 0.20 else body

    def with_file(self, body: bytes, size: int) -> bytes:
        """A letter with one file of `size` bytes."""
        content = self.random.randbytes(size)
        return self._multipart("mixed", [body, b"\r\n", self._file("application/zip", '; filename="big.zip"', content)])

    def _part(self, content_type: str, text: str, style: TextStyle) -> bytes:
        charset = style.charset
        raw = text.replace("\n", "\r\n").encode(charset, "replace")
        if charset == "iso-2022-jp":
            encoding, body = "7bit", raw + b"\r\n"
        elif text.isascii() and content_type == PLAIN:
            charset, encoding, body = "us-ascii", "7bit", raw + b"\r\n"
        elif style.dice < QUOTED:
            printable = quopri.encodestring(raw).replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
            encoding, body = "quoted-printable", printable + b"\r\n"
        elif style.dice < BASE64:
            encoding, body = "base64", _base64(raw)
        else:
            encoding, body = "8bit", raw + b"\r\n"
        head = f"Content-Type: {content_type}; charset={charset}\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n"
        return head.encode() + body

    def _multipart(self, kind: str, pieces: Sequence[bytes]) -> bytes:
        """Parts and the empty lines after them, in turn."""
        boundary = f"=_{kind[0]}{self.random.getrandbits(64):016x}"
        line = f"--{boundary}\r\n".encode()
        parts = b"".join(piece if piece == b"\r\n" else line + piece for piece in pieces)
        head = f'Content-Type: multipart/{kind}; boundary="{boundary}"\r\n\r\n'
        return head.encode() + parts + f"--{boundary}--\r\n".encode()

    def _with_files(self, body: bytes, words: Sequence[str], charset: str) -> bytes:
        files = []
        for _ in range(self.random.choices([1, 2, 3], [0.7, 0.2, 0.1])[0]):
            extension, content_type = self.random.choice(FILES)
            name = self.prose(words, 14).replace("\n", " ") + "." + extension
            size = int(min(60_000, max(3000, self.random.lognormvariate(10, 0.8))))
            start = self.random.randrange(NOISE - size)
            content = self.noise[start : start + size]
            files.append(self._file(content_type, self._filename(name, charset), content))
        return self._multipart("mixed", [body, b"\r\n", *files])

    def _filename(self, name: str, charset: str) -> str:
        if name.isascii():
            return f'; filename="{name}"'
        if self.random.random() < 0.5:
            return f"; filename*=utf-8''{quote(name)}"
        return f';\r\n filename="{Header(name, charset, maxlinelen=74).encode(linesep=chr(13) + chr(10))}"'

    def _file(self, content_type: str, filename: str, content: bytes) -> bytes:
        head = (
            f"Content-Type: {content_type}\r\nContent-Transfer-Encoding: base64\r\n"
            f"Content-Disposition: attachment{filename}\r\n\r\n"
        )
        return head.encode() + _base64(content)


def _base64(content: bytes) -> bytes:
    return base64.encodebytes(content).replace(b"\n", b"\r\n")
