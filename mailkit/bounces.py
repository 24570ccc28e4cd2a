"""What a letter reports about the delivery of another one: RFC 3464, and the plain words of older servers.

The plain ones are qmail's (https://cr.yp.to/proto/qsbmf.txt), Exim's, which names the addresses in the header
X-Failed-Recipients, and those of a mailer daemon that answers a letter and says that it was not delivered. An answer of
a person or of a vacation program is never a report.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import islice

from mailkit.mime_headers import Headers, parse_headers
from mailkit.mime_parts import MimeTree, Part, decode_transfer
from mailkit.quoted_text import strip_quotes
from mailkit.types import DeliveryReport, ParsedMessage

STATUS_PARTS = frozenset(["message/delivery-status", "message/global-delivery-status"])
# Of the letter that is reported on, as far as it is sent back.
ORIGINAL_PARTS = frozenset(["message/rfc822", "text/rfc822-headers", "message/global", "message/global-headers"])
MAX_REPORTS = 100
MAX_STATUS_BYTES = 64 * 1024
MAX_TEXT_CHARS = 64 * 1024
MAX_WORDS = 1000
ACTIONS = frozenset(["failed", "delayed", "delivered", "relayed", "expanded"])
_DAEMONS = frozenset(["mailer-daemon", "postmaster", "mail-daemon", "mailerdaemon", "mdaemon"])
_GROUPS = re.compile(rb"(?:\r?\n[ \t]*){2,}")
_STATUS = re.compile(r"(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?![\d.])")
_MESSAGE_ID = re.compile(r"^[> \t]*Message-ID:\s*<([^<>\s]{1,998})>", re.IGNORECASE | re.MULTILINE)
_QMAIL = re.compile(r"^Hi\. (?:This is the|The) .{0,200}\bqmail", re.DOTALL)
_QMAIL_RECIPIENT = re.compile(r"^<([^<>\s]{3,320})>:[ \t]*\n((?:.+\n?)+)", re.MULTILINE)
_EXIM_RECIPIENT = r"^[ \t]+{address}\b[^\n]*\n((?:[ \t]+\S.*\n?)*)"
_ADDRESS = re.compile(r"[\w.!#$%&'*+/=?^`{|}~-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,10}")
# In the subject or the text of a daemon.
_NOT_DELIVERED = re.compile(
    r"undeliver(?:able|ed)|returned (?:mail|to sender)|delivery (?:\w{1,20} ){0,2}(?:failed|failure)|failure notice"
    r"|(?:could|can|was) ?not (?:be )?delivered|unable to deliver|(?:couldn|wasn).t (?:be )?delivered"
    r"|не (?:было |может быть )?доставлено|не удалось доставить|недоставленное|невозможно доставить"
    r"|no se (?:ha podido|pudo|puede) entregar|no (?:ha podido|pudo) (?:ser )?entregad[oa]|no entregado"
    r"|unzustellbar|non remis|non recapitabile",
    re.IGNORECASE,
)
_COPY = re.compile(r"^--.*(?:copy of|original message)", re.IGNORECASE | re.MULTILINE)  # one way to match: linear
_STILL_TRIED = re.compile(
    r"still (?:being )?(?:tried|trying)|will (?:be retried|keep trying|continue|try again)|no action is required"
    r"|not yet been delivered|delayed",
    re.IGNORECASE,
)


def is_daemon(address: str) -> bool:
    """Whether the programs of mail servers write from this address."""
    return address.partition("@")[0].lower() in _DAEMONS


def read_reports(tree: MimeTree, parsed: ParsedMessage) -> tuple[DeliveryReport, ...]:
    """One for each address it tells of; none when the letter is no report."""
    if not _may_report(tree.root, parsed):
        return ()
    original = _original_id(tree, parsed)
    parts = [part for part in tree.root.walk() if part.content_type in STATUS_PARTS]
    found: Iterable[DeliveryReport] = (report for part in parts for report in _of_status(tree.raw, part, original))
    if not parts:
        found = _of_words(tree.root.headers, parsed, original)
    by_address = {report.recipient.lower(): report for report in found}
    return tuple(by_address.values())[:MAX_REPORTS]


def _may_report(root: Part, parsed: ParsedMessage) -> bool:
    """A quick no for nearly all letters."""
    return (
        root.content_type == "multipart/report"
        or (parsed.sender is not None and is_daemon(parsed.sender.email))
        or root.headers.get_raw("x-failed-recipients") is not None
        or any(part.content_type in STATUS_PARTS for part in parsed.attachments)
    )


def _of_status(raw: bytes, part: Part, original: str) -> Iterator[DeliveryReport]:
    """RFC 3464 section 2: a group about the letter, then one for each address. Some servers send the first only."""
    body = decode_transfer(raw[part.start : min(part.end, part.start + MAX_STATUS_BYTES)], part.encoding)
    groups = [parse_headers(group, 0, len(group))[0] for group in _GROUPS.split(body.strip()) if group.strip()]
    named = next((group.get("x-original-message-id").strip("<> ") for group in groups[:1]), "")
    for group in groups[:MAX_REPORTS]:
        recipient = _typed(group, "original-recipient") or _typed(group, "final-recipient")
        if "@" in recipient:
            yield _of_group(group, recipient, original or named)


def _of_group(group: Headers, recipient: str, original: str) -> DeliveryReport:
    words = _typed(group, "diagnostic-code")
    status = _best_status(group.get("status"), words)
    action = group.get("action").strip().lower().partition(" ")[0]
    if action not in ACTIONS:
        action = "delayed" if status.startswith("4") else "failed"
    return DeliveryReport(original, recipient[:320], action, status, words[:MAX_WORDS])


def _best_status(status: str, words: str) -> str:
    """X.0.0 says nothing: the words of the other server may."""
    said, heard = _STATUS.search(status), _STATUS.search(words)
    if heard and (said is None or (said[1].endswith(".0.0") and heard[1][0] == said[1][0])):
        return heard[1]
    return said[1] if said else ""


def _typed(group: Headers, name: str) -> str:
    """The value behind "rfc822;" or "smtp;" (RFC 3464 section 2.1.2); some servers leave the type out."""
    value = group.get(name)
    kind, semicolon, rest = value.partition(";")
    return " ".join((rest if semicolon and " " not in kind.strip() else value).split()).strip("<>")


def _of_words(headers: Headers, parsed: ParsedMessage, original: str) -> Iterator[DeliveryReport]:
    text = parsed.text[:MAX_TEXT_CHARS]
    if _QMAIL.match(text.lstrip()):
        for found in _QMAIL_RECIPIENT.finditer(_own_words(text)):
            yield _of_text(found[1], found[2], original, action="failed")
        return
    failed = headers.get("x-failed-recipients")
    if not failed:
        yield from _of_daemon(headers, parsed, original)
    for address in filter(None, (one.strip(" <>") for one in failed.split(",")[:MAX_REPORTS])):
        lines = re.search(_EXIM_RECIPIENT.format(address=re.escape(address)), text, re.MULTILINE)
        action = "delayed" if _STILL_TRIED.search(_own_words(text)) else "failed"
        yield _of_text(address, lines[1] if lines else "", original, action=action)


def _of_daemon(headers: Headers, parsed: ParsedMessage, original: str) -> Iterator[DeliveryReport]:
    """One for each address that it speaks of, at least one: a letter to one person needs no address."""
    if not _answers_as_daemon(headers, parsed):
        return
    words = strip_quotes(_own_words(parsed.text[:MAX_TEXT_CHARS]))
    is_tried = bool(_STILL_TRIED.search(words))
    if not (is_tried or _NOT_DELIVERED.search(parsed.subject) or _NOT_DELIVERED.search(words)):
        return
    ours = {person.email.lower() for person in (parsed.sender, *parsed.to) if person}
    named = (found for found in dict.fromkeys(_ADDRESS.findall(words)) if found.lower() not in ours)
    reason = next((line for line in words.splitlines() if _STATUS.search(line)), words)
    for address in list(islice(named, MAX_REPORTS)) or [""]:
        yield _of_text(address, reason, original, action="delayed" if is_tried else "failed")


def _answers_as_daemon(headers: Headers, parsed: ParsedMessage) -> bool:
    """People write as postmaster, too. Reports of other things (RFC 5965, RFC 8098) say what they are."""
    if parsed.sender is None or not is_daemon(parsed.sender.email) or not (parsed.in_reply_to or parsed.references):
        return False
    kind = headers.get("content-type").lower()
    if kind.lstrip().startswith("multipart/report") and "delivery-status" not in kind:
        return False
    is_automatic = headers.get("return-path").strip() == "<>" or headers.get("auto-submitted").lower()[:5] == "auto-"
    return is_automatic or not parsed.sender.email.lower().startswith("postmaster@")


def _of_text(address: str, words: str, original: str, *, action: str) -> DeliveryReport:
    status = _STATUS.search(words)
    plain = " ".join(words.split())[:MAX_WORDS]
    return DeliveryReport(original, address[:320], action, status[1] if status else "", plain)


def _own_words(text: str) -> str:
    """Before the copy of the letter that came back."""
    return _COPY.split(text, maxsplit=1)[0]


def _original_id(tree: MimeTree, parsed: ParsedMessage) -> str:
    """The Message-ID of the letter that came back: from its headers, from its copy in the text, or, when neither is
    there, from what the report says that it answers (Exchange, Gmail)."""
    for part in tree.root.walk():
        if part.content_type in ORIGINAL_PARTS:
            end = min(part.end, part.start + MAX_STATUS_BYTES)
            body = decode_transfer(tree.raw[part.start : end], part.encoding).lstrip()
            headers, _ = parse_headers(body, 0, len(body))
            if named := headers.get("message-id").strip("<> "):
                return named
    copied = _MESSAGE_ID.search(parsed.text[:MAX_TEXT_CHARS])
    return copied[1] if copied else parsed.in_reply_to or (parsed.references[-1] if parsed.references else "")
