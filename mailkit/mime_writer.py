"""OutgoingLetter to the bytes that go over the wire: CRLF, ASCII only, nothing a value can break out of.

The old MIME classes of the standard library are used: EmailMessage with policy.SMTP takes two and a half times as long.
"""

from __future__ import annotations

import re
import unicodedata
import uuid
from collections.abc import Iterable
from email import charset as charsets
from email import encoders
from email.generator import BytesGenerator
from email.header import Header
from email.message import Message
from email.mime.base import MIMEBase
from email.mime.multipart import MIMEMultipart
from email.mime.nonmultipart import MIMENonMultipart
from email.policy import compat32
from email.utils import encode_rfc2231, format_datetime
from io import BytesIO

from mailkit.addresses import to_ascii_domain
from mailkit.errors import UnsafeText
from mailkit.types import Address, OutgoingAttachment, OutgoingLetter

_POLICY = compat32.clone(linesep="\r\n", max_line_length=0)  # 0: we fold ourselves, where a break is safe
_UTF8 = charsets.Charset("utf-8")
_UTF8.body_encoding = charsets.QP
_HEADER_NAME = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,76}", re.ASCII)
_CONTENT_TYPE = re.compile(r"[a-z0-9][a-z0-9!#$&^_.+-]{0,126}/[a-z0-9][a-z0-9!#$&^_.+-]{0,126}", re.ASCII)
_MESSAGE_ID = re.compile(r"[!-;=?-~]{1,200}@[!-;=?-~]{1,255}", re.ASCII)
_PLAIN_NAME = re.compile(r"[A-Za-z0-9 !#$%&'*+/=?^_`{|}~-]{0,70}", re.ASCII)
_LINE_CHARS = 75


def new_message_id(domain: str) -> str:
    """A Message-ID that no one else has, without angle brackets."""
    return f"{uuid.uuid4().hex}@{to_ascii_domain(domain) or 'localhost'}"


def build_message(letter: OutgoingLetter) -> bytes:
    """The letter as it is sent and filed. Raises UnsafeText when a value holds a line break or NUL."""
    message = _build_body(letter)
    _set_headers(message, letter)
    target = BytesIO()
    BytesGenerator(target, mangle_from_=False, policy=_POLICY).flatten(message)
    return target.getvalue()


def header_safe(text: str) -> str:
    """The text, if it is one header's value and no more (a merge field could bring a line break, and with it a Bcc)."""
    if any(unicodedata.category(char) in {"Cc", "Zl", "Zp"} and char != "\t" for char in text):
        raise UnsafeText("A line break or control character may not stand in a header")
    return text


def _set_headers(message: Message, letter: OutgoingLetter) -> None:
    message["From"] = _address_list([letter.sender])
    if letter.to:
        message["To"] = _address_list(letter.to)
    if letter.cc:
        message["Cc"] = _address_list(letter.cc)
    if letter.reply_to:
        message["Reply-To"] = _address_list([letter.reply_to])
    message["Subject"] = _encoded(letter.subject, len("Subject: "))
    message["Date"] = format_datetime(letter.date)
    message["Message-ID"] = _id(letter.message_id)
    if letter.in_reply_to:
        message["In-Reply-To"] = _id(letter.in_reply_to)
    if letter.references:
        message["References"] = "\r\n ".join(_id(reference) for reference in letter.references)
    for name, value in letter.extra_headers.items():
        if not _HEADER_NAME.fullmatch(name) or name in message:
            raise UnsafeText(f"“{name[:80]}” may not be set as a header")
        message[name] = _encoded(value, len(name) + 2)


def _build_body(letter: OutgoingLetter) -> Message:
    inline = [file for file in letter.attachments if file.content_id and letter.html]
    files = [file for file in letter.attachments if file not in inline]
    body = _build_text(letter, inline)
    if files:
        body = _multipart("mixed", [body, *(_build_file(file) for file in files)])
    body["MIME-Version"] = "1.0"
    return body


def _build_text(letter: OutgoingLetter, inline: list[OutgoingAttachment]) -> Message:
    if not letter.html:
        return _text_part(letter.text, "plain")
    html = _text_part(letter.html, "html")
    if inline:
        html = _multipart("related", [html, *(_build_file(file) for file in inline)])
    return _multipart("alternative", [_text_part(letter.text, "plain"), html]) if letter.text else html


def _multipart(kind: str, parts: Iterable[Message]) -> Message:
    # Our own boundary: the library searches the whole text for one that is free.
    message = MIMEMultipart(kind, boundary=f"=_{uuid.uuid4().hex}", _subparts=list(parts))
    del message["MIME-Version"]
    return message


def _text_part(text: str, kind: str) -> Message:
    part = MIMENonMultipart("text", kind, charset="utf-8")
    clean = text.replace("\0", "").replace("\r\n", "\n").replace("\r", "\n")
    part.set_payload(clean.encode("utf-8", "replace").decode("utf-8"), _UTF8)
    del part["MIME-Version"]  # the letter says it once
    return part


def _build_file(file: OutgoingAttachment) -> Message:
    kind = file.content_type.lower()
    if not _CONTENT_TYPE.fullmatch(kind) or kind.startswith(("multipart/", "message/")):
        kind = "application/octet-stream"  # message/* may not be base64 (RFC 2046 section 5.2.1)
    part = MIMEBase(*kind.split("/"))
    del part["MIME-Version"]
    part.set_payload(file.content)
    encoders.encode_base64(part)
    disposition = "inline" if file.content_id else "attachment"
    part["Content-Disposition"] = f"{disposition};\r\n {_filename(file.filename)}"
    if file.content_id:
        part["Content-ID"] = f"<{_token(file.content_id)}>"
    return part


def _filename(name: str) -> str:
    """filename= or, beyond ASCII, the extended form of RFC 2231."""
    safe = header_safe(name).replace("\\", "_").replace("/", "_") or "attachment"
    if safe.isascii():
        return 'filename="{}"'.format(safe.replace('"', "'"))
    segments = _split(encode_rfc2231(safe, "utf-8"), 60)
    if len(segments) == 1:
        return f"filename*={segments[0]}"
    return ";\r\n ".join(f"filename*{number}*={segment}" for number, segment in enumerate(segments))


def _split(encoded: str, size: int) -> list[str]:
    """Pieces of a percent-encoded text, never within a "%D0"."""
    pieces = re.findall(r"%[0-9A-F]{2}|.", encoded)
    step = size // 3
    return ["".join(pieces[start : start + step]) for start in range(0, len(pieces), step)]


def _address_list(addresses: Iterable[Address]) -> str:
    return ",\r\n ".join(_format_address(address) for address in addresses)


def _format_address(address: Address) -> str:
    email = _ascii_email(address.email)
    name = header_safe(address.name).strip()
    if not name:
        return email
    if _PLAIN_NAME.fullmatch(name):
        return f"{name} <{email}>"
    if name.isascii() and len(name) <= _LINE_CHARS:
        escaped = re.sub(r'(["\\])', r"\\\1", name)
        return f'"{escaped}" <{email}>'
    return f"{_encoded_words(name)} <{email}>"


def _ascii_email(email: str) -> str:
    local, _, domain = header_safe(email).strip().rpartition("@")
    ascii_email = f"{local}@{to_ascii_domain(domain)}"
    if not local.isascii() or not domain or any(char in '<>, "' for char in email):
        raise UnsafeText("This address cannot be written in a header")
    return ascii_email


def _encoded(text: str, name_length: int) -> str:
    """A header's text: as it is when it is ASCII and short, else as encoded words on lines of their own length."""
    safe = header_safe(text)
    if safe.isascii() and "=?" not in safe and len(safe) <= 900 - name_length:
        return safe
    return _encoded_words(safe)


def _encoded_words(text: str) -> str:
    return Header(text, "utf-8", maxlinelen=_LINE_CHARS).encode(linesep="\r\n")


def _id(message_id: str) -> str:
    if not _MESSAGE_ID.fullmatch(message_id):
        raise UnsafeText("This is not a Message-ID")
    return f"<{message_id}>"


def _token(text: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9@._+-]{1,200}", text, re.ASCII):
        raise UnsafeText("This is not a Content-ID")
    return text
