"""Letters of any shape, made by Hypothesis."""

from __future__ import annotations

import base64
import quopri

from hypothesis import strategies as st

NAMES = ["", "; filename=a.pdf", "; filename*=utf-8''%D1%81%D1%87.pdf", '; filename="a b.png"']
SENDERS = ["Bob <bob@x.example>", '"Smith, Bob" <bob@x.example>', "=?utf-8?b?0JjQstCw0L0=?= <i@x>"]
WORDS = ["price", "от Ивана", "señor", "価格", "line\r\n> quoted\r\n", "https://x.example/?a=1&b=2", "  two  ", "€"]
CHARSETS = ["utf-8", "windows-1251", "iso-8859-1", "koi8-r", "gb2312", "us-ascii", ""]
TAGS = ["p", "div", "b", "td", "blockquote"]
LINE_LENGTHS = [76, 76, 60, 64, 4, 73]

texts = st.lists(st.sampled_from(WORDS), max_size=6).map("\r\n".join)
htmls = st.lists(st.tuples(st.sampled_from(TAGS), st.sampled_from(WORDS)), max_size=6).map(
    lambda pieces: "<html><body>" + "".join(f"<{tag}>{word}</{tag}>" for tag, word in pieces) + "</body></html>"
)
contents = st.one_of(
    st.binary(max_size=300), st.integers(1000, 9000).map(lambda count: bytes(range(256)) * (count // 256))
)


def _field(name: str, value: str) -> bytes:
    return f"{name}: {value}\r\n".encode() if value else b""


@st.composite
def encoded(draw: st.DrawFn, content: bytes) -> tuple[str, bytes]:
    """A Content-Transfer-Encoding and the bytes in it."""
    kind = draw(st.sampled_from(["base64", "base64", "Base64", "quoted-printable", "8bit", "odd", ""]))
    if kind.lower() == "base64":
        plain = base64.b64encode(content).decode()
        length = draw(st.sampled_from(LINE_LENGTHS))
        lines = [plain[place : place + length] for place in range(0, len(plain), length)]
        return kind, ("\r\n".join(lines) + draw(st.sampled_from(["", "\r\n", "\r\n\r\n"]))).encode()
    if kind == "odd":  # lines of any length, with a comment in the middle
        plain = base64.b64encode(content).decode()
        places = sorted(draw(st.lists(st.integers(0, len(plain)), max_size=4)))
        return "base64", "\r\n - \r\n".join(
            plain[a:b] for a, b in zip([0, *places], [*places, None], strict=True)
        ).encode()
    if kind == "quoted-printable":
        return kind, quopri.encodestring(content).replace(b"\n", b"\r\n")
    return kind, content.replace(b"\n--", b"\n-")


@st.composite
def text_parts(draw: st.DrawFn) -> bytes:
    kind = draw(st.sampled_from(["plain", "html"]))
    charset = draw(st.sampled_from(CHARSETS))
    words = draw(texts if kind == "plain" else htmls)
    encoding, body = draw(encoded(words.encode(charset or "utf-8", "replace")))
    parameter = f"; charset={charset}" if charset else ""
    disposition = draw(st.sampled_from(["", "", "inline", 'attachment; filename="notes.txt"']))
    return (
        _field("Content-Type", f"text/{kind}{parameter}")
        + _field("Content-Transfer-Encoding", encoding)
        + _field("Content-Disposition", disposition)
        + b"\r\n"
        + body
    )


@st.composite
def file_parts(draw: st.DrawFn) -> bytes:
    kind = draw(st.sampled_from(["application/pdf", "image/png", "text/calendar", "application/ms-tnef", "audio/x-y"]))
    name = draw(
        st.sampled_from(["", "; filename=a.pdf", "; filename*=utf-8''%D1%81%D1%87.pdf", '; filename="a b.png"'])
    )
    encoding, body = draw(encoded(draw(contents)))
    return (
        _field("Content-Type", kind)
        + _field("Content-Transfer-Encoding", encoding)
        + _field("Content-Disposition", f"{draw(st.sampled_from(['attachment', 'inline']))}{name}")
        + _field("Content-ID", draw(st.sampled_from(["", "<logo@x.example>"])))
        + b"\r\n"
        + body
    )


@st.composite
def multiparts(draw: st.DrawFn, inside: st.SearchStrategy[bytes]) -> bytes:
    children = draw(st.lists(inside, min_size=1, max_size=4))
    boundary = draw(st.uuids()).hex[: draw(st.integers(8, 32))]
    kind = draw(st.sampled_from(["mixed", "alternative", "related", "report"]))
    delimiter = f"--{boundary}\r\n".encode()
    closing = draw(st.sampled_from([f"--{boundary}--\r\n", f"--{boundary}--"])).encode()
    preamble = draw(st.sampled_from([b"", b"", b"This is a letter in parts.\r\n"]))
    body = b"".join(delimiter + child + b"\r\n" for child in children)
    return _field("Content-Type", f'multipart/{kind}; boundary="{boundary}"') + b"\r\n" + preamble + body + closing


def letters_inside(inner: st.SearchStrategy[bytes]) -> st.SearchStrategy[bytes]:
    return inner.map(lambda raw: b"Content-Type: message/rfc822\r\n\r\nSubject: inside\r\n" + raw)


parts = st.recursive(
    st.one_of(text_parts(), file_parts()),
    lambda inside: st.one_of(multiparts(inside), letters_inside(multiparts(inside))),
    max_leaves=6,
)


@st.composite
def letters(draw: st.DrawFn) -> bytes:
    """A whole letter with CR LF line ends, as servers hand it out."""
    return (
        _field("From", draw(st.sampled_from(SENDERS)))
        + _field("Subject", draw(st.sampled_from(["Re: price", "=?koi8-r?B?78nTw8E=?=", ""])))
        + _field("Message-ID", draw(st.sampled_from(["<1@x.example>", ""])))
        + _field("Date", draw(st.sampled_from(["Mon, 2 Mar 2026 10:00:00 +0100", "yesterday", ""])))
        + b"MIME-Version: 1.0\r\n"
        + draw(parts)
    )
