"""How the great providers speak IMAP: put together from log lines in the issue trackers of mail programs and, where no
log was at hand, from what is known of their servers; names and numbers changed. One `Dialect` is a whole visit: greeting, sign-in, folders, states, UIDs, a letter and its
structure.
"""
# ruff: noqa: E501  # the lines are the servers' own

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

RAW = b"Subject: hello\r\n\r\nhello\r\n"


@dataclass(frozen=True)
class Dialect:
    """What a provider says; and how many commands signing in takes of us, since it tells its capabilities itself."""

    name: str
    greeting: bytes
    capability: bytes  # the answer to CAPABILITY, before and after LOGIN
    login: bytes
    folders: bytes
    sent: str  # the folder to be found
    statuses: tuple[bytes, bytes]  # of Inbox and of Sent
    examined: bytes
    search: bytes
    letter: bytes  # a FETCH answer with UID 5 and the letter RAW
    structure: bytes  # BODYSTRUCTURE of UID 5
    sign_in: tuple[str, ...]  # the commands up to the first STATUS
    parts: tuple[str, ...]
    highestmodseq: int | None = None
    filename: str = "invoice.pdf"
    extra: Mapping[str, bytes] = field(default_factory=dict)


def literal(head: bytes, tail: bytes = b")", raw: bytes = RAW) -> bytes:
    return head + b" {%d}\r\n" % len(raw) + raw + tail + b"\r\n"


OK = b"{tag} OK done\r\n"

GMAIL = Dialect(
    name="gmail",
    greeting=b"* OK Gimap ready for requests from 192.0.2.1 x2mb241876667wmk\r\n",
    capability=b"* CAPABILITY IMAP4rev1 UNSELECT IDLE NAMESPACE QUOTA ID XLIST CHILDREN X-GM-EXT-1 XYZZY SASL-IR "
    b"AUTH=XOAUTH2 AUTH=PLAIN AUTH=PLAIN-CLIENTTOKEN AUTH=OAUTHBEARER\r\n{tag} OK Thats all she wrote! x2mb\r\n",
    login=b"* CAPABILITY IMAP4rev1 UNSELECT IDLE NAMESPACE QUOTA ID XLIST CHILDREN X-GM-EXT-1 UIDPLUS COMPRESS=DEFLATE "
    b"ENABLE MOVE CONDSTORE ESEARCH UTF8=ACCEPT LIST-EXTENDED LIST-STATUS LITERAL- SPECIAL-USE APPENDLIMIT=35651584\r\n"
    b"{tag} OK bob@gmail.example authenticated (Success)\r\n",
    folders=b'* LIST (\\HasNoChildren) "/" "INBOX"\r\n* LIST (\\HasChildren \\Noselect) "/" "[Gmail]"\r\n'
    b'* LIST (\\HasNoChildren \\Sent) "/" "[Gmail]/&BB4EQgQ,BEAEMAQyBDsENQQ9BD0ESwQ1-"\r\n{tag} OK Success [THROTTLED]\r\n',
    sent="[Gmail]/Отправленные",
    statuses=(
        b'* STATUS "INBOX" (MESSAGES 2 UIDNEXT 9 UIDVALIDITY 1 HIGHESTMODSEQ 10245)\r\n{tag} OK Success\r\n',
        b'* STATUS "[Gmail]/&BB4EQgQ,BEAEMAQyBDsENQQ9BD0ESwQ1-" (MESSAGES 3 UIDNEXT 4 UIDVALIDITY 12 HIGHESTMODSEQ 7)'
        b"\r\n{tag} OK Success\r\n",
    ),
    examined=b"* FLAGS (\\Answered \\Flagged \\Draft \\Deleted \\Seen $NotPhishing $Phishing)\r\n"
    b"* OK [PERMANENTFLAGS ()] Flags permitted.\r\n* OK [UIDVALIDITY 1] UIDs valid.\r\n* 2 EXISTS\r\n* 0 RECENT\r\n"
    b"* OK [UIDNEXT 9] Predicted next UID.\r\n* OK [HIGHESTMODSEQ 10245]\r\n"
    b"{tag} OK [READ-ONLY] INBOX selected. (Success)\r\n",
    search=b"* SEARCH 5 7\r\n{tag} OK SEARCH completed (Success)\r\n",
    letter=literal(b'* 1 FETCH (UID 5 INTERNALDATE "01-Mar-2026 12:30:05 +0000" FLAGS (\\Seen) BODY[]'),
    structure=b'* 1 FETCH (UID 5 BODYSTRUCTURE (("TEXT" "PLAIN" ("CHARSET" "UTF-8") NIL NIL "7BIT" 12 1 NIL NIL NIL)'
    b'("APPLICATION" "PDF" ("NAME" "invoice.pdf") "<f_kx>" NIL "BASE64" 4410 NIL ("ATTACHMENT" ("FILENAME" '
    b'"invoice.pdf")) NIL) "MIXED" ("BOUNDARY" "000000000000a1") NIL NIL))\r\n',
    sign_in=("CAPABILITY", "LOGIN"),
    parts=("multipart/mixed", "text/plain", "application/pdf"),
    highestmodseq=10245,
)

EXCHANGE = Dialect(
    name="exchange",
    greeting=b"* OK The Microsoft Exchange IMAP4 service is ready. [QgBOADkAUABSADAAMwBDAEEA]\r\n",
    capability=b"* CAPABILITY IMAP4 IMAP4rev1 AUTH=PLAIN AUTH=XOAUTH2 SASL-IR UIDPLUS MOVE ID UNSELECT CLIENTACCESSRULES "
    b"CLIENTNETWORKPRESENCELOCATION BACKENDAUTHENTICATE CHILDREN IDLE NAMESPACE LITERAL+\r\n"
    b"{tag} OK CAPABILITY completed.\r\n",
    login=b"{tag} OK LOGIN completed.\r\n",
    folders=b'* LIST (\\Marked \\HasNoChildren) "/" INBOX\r\n* LIST (\\HasNoChildren) "/" Entw&APw-rfe\r\n'
    b'* LIST (\\Marked \\HasNoChildren) "/" "Gesendete Elemente"\r\n* LIST (\\HasNoChildren) "/" Kalender\r\n'
    b"{tag} OK LIST completed.\r\n",
    sent="Gesendete Elemente",
    statuses=(
        b"* STATUS INBOX (MESSAGES 2 UIDNEXT 9 UIDVALIDITY 14) \r\n{tag} OK STATUS completed.\r\n",
        b'* STATUS "Gesendete Elemente" (MESSAGES 3 UIDNEXT 4 UIDVALIDITY 18) \r\n{tag} OK STATUS completed.\r\n',
    ),
    examined=b"* 2 EXISTS\r\n* 0 RECENT\r\n* FLAGS (\\Seen \\Answered \\Flagged \\Deleted \\Draft $MDNSent)\r\n"
    b"* OK [PERMANENTFLAGS ()] Permanent flags\r\n* OK [UNSEEN 2] Is the first unseen message\r\n"
    b"* OK [UIDVALIDITY 14] UIDVALIDITY value\r\n* OK [UIDNEXT 9] The next unique identifier value\r\n"
    b"{tag} OK [READ-ONLY] EXAMINE completed.\r\n",
    search=b"* SEARCH 5 7\r\n* 3 EXISTS\r\n{tag} OK SEARCH completed.\r\n",
    # Flags of others in between, the date of the letter with a one-digit day.
    letter=b"* 2 FETCH (FLAGS (\\Seen))\r\n"
    + literal(b"* 1 FETCH (BODY[]", b' FLAGS (\\Seen) INTERNALDATE " 1-Mar-2026 13:30:05 +0100" UID 5)'),
    structure=b'* 1 FETCH (BODYSTRUCTURE (("text" "plain" ("charset" "us-ascii") NIL NIL "7bit" 12 1 NIL NIL NIL NIL)'
    b'("application" "pdf" ("name" "invoice.pdf") NIL "invoice.pdf" "base64" 4410 NIL ("attachment" ("filename" '
    b'"invoice.pdf" "size" "3222")) NIL NIL) "mixed" ("boundary" "_002_") NIL "de-DE") UID 5)\r\n',
    sign_in=("CAPABILITY", "LOGIN", "CAPABILITY"),
    parts=("multipart/mixed", "text/plain", "application/pdf"),
)

YAHOO = Dialect(
    name="yahoo",
    greeting=b"* OK [CAPABILITY IMAP4rev1 ID MOVE NAMESPACE X-ID-ACLID UIDPLUS LITERAL+ CHILDREN XAPPLEPUSHSERVICE "
    b"XYMHIGHESTMODSEQ AUTH=PLAIN AUTH=LOGIN AUTH=XOAUTH2] IMAP4rev1 imapgate-1.8.1_01.20166\r\n",
    capability=b"* CAPABILITY IMAP4rev1 ID MOVE NAMESPACE UIDPLUS LITERAL+ XYMHIGHESTMODSEQ\r\n{tag} OK completed\r\n",
    login=b"{tag} OK LOGIN completed - Mailbox size in bytes is 7150780663\r\n",
    folders=b'* LIST (\\Inbox \\HasNoChildren) "/" "Inbox"\r\n* LIST (\\Junk \\HasNoChildren) "/" "Bulk Mail"\r\n'
    b'* LIST (\\Sent \\HasNoChildren) "/" "Sent"\r\n{tag} OK LIST completed\r\n',
    sent="Sent",
    statuses=(
        b'* STATUS "Inbox" (MESSAGES 2 UIDNEXT 9 UIDVALIDITY 1)\r\n{tag} OK STATUS completed\r\n',
        b'* STATUS "Sent" (MESSAGES 3 UIDNEXT 4 UIDVALIDITY 1)\r\n{tag} OK STATUS completed\r\n',
    ),
    examined=b"* 2 EXISTS\r\n* 0 RECENT\r\n* OK [UIDVALIDITY 1] UIDs valid\r\n* OK [UIDNEXT 9] Predicted next UID\r\n"
    b"* FLAGS (\\Answered \\Deleted \\Draft \\Flagged \\Seen $Forwarded $Junk $NotJunk)\r\n"
    b"* OK [PERMANENTFLAGS ()] No permanent flags permitted\r\n* OK [HIGHESTMODSEQ 102784]\r\n"
    b"{tag} OK [READ-ONLY] EXAMINE completed; now in selected state\r\n",
    search=b"* SEARCH 5\r\n* SEARCH 7\r\n{tag} OK UID SEARCH completed\r\n",
    letter=literal(b'* 1 FETCH (FLAGS (\\Seen $NotJunk) INTERNALDATE "01-Mar-2026 12:30:05 +0000" UID 5 BODY[]'),
    structure=b'* 1 FETCH (UID 5 BODYSTRUCTURE (("text" "plain" ("charset" "UTF-8") NIL NIL "quoted-printable" 12 1 NIL '
    b'NIL NIL NIL)("application" "pdf" ("name" {11}\r\ninvoice.pdf) "<1>" NIL "base64" 4410 NIL ("attachment" '
    b'("filename" {11}\r\ninvoice.pdf)) NIL NIL) "mixed" ("boundary" "x") NIL NIL NIL))\r\n',
    sign_in=("LOGIN", "CAPABILITY"),
    parts=("multipart/mixed", "text/plain", "application/pdf"),
    highestmodseq=102784,
)

YANDEX = Dialect(
    name="yandex",
    greeting=b"* OK Yandex IMAP4rev1 at sas2-1e59.qloud-c.yandex.net:993 ready to talk with ::ffff:192.0.2.1:38922, "
    b"2026-Mar-01 08:34:38, cYXlpv732Cg1\r\n",
    capability=b"* CAPABILITY IMAP4rev1 CHILDREN UNSELECT LITERAL+ NAMESPACE XLIST BINARY UIDPLUS ENABLE ID AUTH=PLAIN "
    b"AUTH=XOAUTH2 IDLE MOVE\r\n{tag} OK CAPABILITY Completed.\r\n",
    login=b"* CAPABILITY IMAP4rev1 CHILDREN UNSELECT LITERAL+ NAMESPACE XLIST UIDPLUS ENABLE ID IDLE MOVE\r\n"
    b"{tag} OK LOGIN Completed.\r\n",
    folders=b'* LIST (\\Unmarked \\HasNoChildren \\Drafts) "|" "&BCcENQRABD0EPgQyBDgEOgQ4-"\r\n'
    b'* LIST (\\Marked \\NoInferiors) "|" INBOX\r\n'
    b'* LIST (\\Unmarked \\HasNoChildren \\Sent) "|" "&BB4EQgQ,BEAEMAQyBDsENQQ9BD0ESwQ1-"\r\n'
    b"{tag} OK LIST Completed.\r\n",
    sent="Отправленные",
    statuses=(
        b"* STATUS INBOX (MESSAGES 2 UIDNEXT 9 UIDVALIDITY 1583400532)\r\n{tag} OK STATUS Completed.\r\n",
        b'* STATUS "&BB4EQgQ,BEAEMAQyBDsENQQ9BD0ESwQ1-" (MESSAGES 3 UIDNEXT 4 UIDVALIDITY 1583400535)\r\n'
        b"{tag} OK STATUS Completed.\r\n",
    ),
    examined=b"* FLAGS (\\Answered \\Seen \\Draft \\Deleted $Forwarded)\r\n* 2 EXISTS\r\n* 1 RECENT\r\n* OK [UNSEEN 2]\r\n"
    b"* OK [PERMANENTFLAGS ()] Limited\r\n* OK [UIDNEXT 9] Ok\r\n* OK [UIDVALIDITY 1583400532] Ok\r\n"
    b"{tag} OK [READ-ONLY] EXAMINE Completed.\r\n",
    search=b"* SEARCH 7 5\r\n{tag} OK UID SEARCH Completed.\r\n",
    letter=b"* 3 EXISTS\r\n"
    + literal(b'* 1 FETCH (UID 5 FLAGS (\\Seen) INTERNALDATE "01-Mar-2026 15:30:05 +0300" BODY[]'),
    structure=b'* 1 FETCH (UID 5 BODYSTRUCTURE (("text" "plain" ("charset" "koi8-r") NIL NIL "8bit" 12 1 NIL NIL NIL)'
    b'("application" "pdf" ("name" "invoice.pdf") NIL NIL "base64" 4410 NIL ("attachment" ("filename" "invoice.pdf")) '
    b'NIL) "mixed" ("boundary" "----==--bound.1") NIL NIL))\r\n',
    sign_in=("CAPABILITY", "LOGIN"),
    parts=("multipart/mixed", "text/plain", "application/pdf"),
)

MAILRU = Dialect(
    name="mail.ru",
    greeting=b"* OK Welcome\r\n",
    capability=b"* CAPABILITY IMAP4rev1 ID XLIST UIDPLUS UNSELECT MOVE LIST-STATUS AUTH=PLAIN AUTH=XOAUTH2\r\n"
    b"{tag} OK CAPABILITY done\r\n",
    login=b"{tag} OK [CAPABILITY IMAP4rev1 ID XLIST UIDPLUS UNSELECT MOVE LIST-STATUS] Authentication successful\r\n",
    folders=b'* LIST (\\HasNoChildren \\Marked) "/" "INBOX"\r\n'
    b'* LIST (\\HasNoChildren) "/" "&BB4EQgQ,BEAEMAQyBDsENQQ9BD0ESwQ1-"\r\n'
    b'* LIST (\\HasNoChildren) "/" "&BCEEPwQwBDw-"\r\n{tag} OK LIST done\r\n',
    sent="Отправленные",
    statuses=(
        b'* STATUS "INBOX" (MESSAGES 2 UIDNEXT 9 UIDVALIDITY 1300120800)\r\n{tag} OK STATUS done\r\n',
        b'* STATUS "&BB4EQgQ,BEAEMAQyBDsENQQ9BD0ESwQ1-" (MESSAGES 3 UIDNEXT 4 UIDVALIDITY 1300120801)\r\n'
        b"{tag} OK STATUS done\r\n",
    ),
    examined=b"* FLAGS (\\Flagged \\Answered \\Deleted \\Draft \\Seen)\r\n* 2 EXISTS\r\n* 0 RECENT\r\n"
    b"* OK [UIDVALIDITY 1300120800]\r\n* OK [UIDNEXT 9]\r\n* OK [PERMANENTFLAGS ()]\r\n{tag} OK [READ-ONLY] EXAMINE done\r\n",
    search=b"* SEARCH 5 7 \r\n{tag} OK SEARCH done\r\n",
    letter=literal(b'* 1 FETCH (UID 5 INTERNALDATE "01-Mar-2026 12:30:05 UT" FLAGS (\\Seen) BODY[]'),
    structure=b'* 1 FETCH (UID 5 BODYSTRUCTURE (("text" "plain" ("charset" "utf-8") NIL NIL "base64" 12 1 NIL NIL NIL NIL)'
    b'("application" "pdf" ("name" "=?UTF-8?B?aW52b2ljZS5wZGY=?=") NIL NIL "base64" 4410 NIL ("attachment" ("filename" '
    b'"=?UTF-8?B?aW52b2ljZS5wZGY=?=")) NIL NIL) "mixed" ("boundary" "--ALT--1") NIL NIL NIL))\r\n',
    sign_in=("CAPABILITY", "LOGIN"),
    parts=("multipart/mixed", "text/plain", "application/pdf"),
    filename="=?UTF-8?B?aW52b2ljZS5wZGY=?=",
)

ICLOUD = Dialect(
    name="icloud",
    greeting=b"* OK [CAPABILITY XAPPLEPUSHSERVICE IMAP4 IMAP4rev1 SASL-IR AUTH=ATOKEN AUTH=PLAIN AUTH=ATOKEN2 AUTH=XOAUTH2]"
    b" iSCREAM ready to rumble (2602:0) p00-mailgateway icloud\r\n",
    capability=b"* CAPABILITY XAPPLEPUSHSERVICE IMAP4 IMAP4rev1 AUTH=PLAIN\r\n{tag} OK completed\r\n",
    login=b"{tag} OK [CAPABILITY XAPPLEPUSHSERVICE IMAP4 IMAP4rev1 ACL QUOTA LITERAL+ NAMESPACE UIDPLUS CHILDREN BINARY "
    b"UNSELECT SORT CATENATE URLAUTH LANGUAGE ESEARCH ESORT THREAD=ORDEREDSUBJECT CONTEXT=SORT WITHIN SASL-IR SEARCHRES "
    b"METADATA ID XSENDER XUM1 IDLE ENABLE CONDSTORE QRESYNC SPECIAL-USE] User bob logged in\r\n",
    folders=b'* LIST (\\HasNoChildren) "/" "INBOX"\r\n* LIST (\\HasNoChildren \\Sent) "/" "Sent Messages"\r\n'
    b'* LIST (\\HasNoChildren \\Trash) "/" "Deleted Messages"\r\n{tag} OK LIST completed (took 6 ms)\r\n',
    sent="Sent Messages",
    statuses=(
        b'* STATUS "INBOX" (HIGHESTMODSEQ 77 MESSAGES 2 UIDVALIDITY 1520000000 UIDNEXT 9)\r\n{tag} OK STATUS completed\r\n',
        b'* STATUS "Sent Messages" (HIGHESTMODSEQ 78 MESSAGES 3 UIDVALIDITY 1520000001 UIDNEXT 4)\r\n'
        b"{tag} OK STATUS completed\r\n",
    ),
    examined=b"* 2 EXISTS\r\n* 0 RECENT\r\n* OK [UIDVALIDITY 1520000000] UIDs valid\r\n* OK [UIDNEXT 9] Predicted\r\n"
    b"* FLAGS (\\Answered \\Flagged \\Draft \\Deleted \\Seen)\r\n* OK [HIGHESTMODSEQ 77] Highest\r\n"
    b"{tag} OK [READ-ONLY] EXAMINE completed (took 8 ms)\r\n",
    search=b"* SEARCH 5 7\r\n{tag} OK SEARCH completed (took 3 ms)\r\n",
    letter=b"* VANISHED 3\r\n"
    + literal(b'* 1 FETCH (MODSEQ (77) UID 5 FLAGS (\\Seen) INTERNALDATE "01-Mar-2026 12:30:05 +0000" BODY[]'),
    structure=b'* 1 FETCH (UID 5 BODYSTRUCTURE (("text" "plain" ("charset" "utf-8" "format" "flowed") NIL NIL "7bit" 12 1 '
    b'NIL NIL NIL NIL)("application" "pdf" ("name" "invoice.pdf" "x-unix-mode" "0644") NIL NIL "base64" 4410 NIL '
    b'("inline" ("filename" "invoice.pdf")) NIL NIL)("text" "plain" ("charset" "us-ascii") NIL NIL "7bit" 2 1 NIL NIL NIL '
    b'NIL) "mixed" ("boundary" "Apple-Mail=_1") NIL NIL NIL))\r\n',
    sign_in=("LOGIN",),
    parts=("multipart/mixed", "text/plain", "application/pdf", "text/plain"),
    highestmodseq=77,
    extra={"ENABLE": b"* ENABLED QRESYNC\r\n{tag} OK ENABLE completed\r\n"},
)

GMX = Dialect(
    name="gmx",
    greeting=b"* OK [CAPABILITY IMAP4rev1 CHILDREN ENABLE ID IDLE LIST-EXTENDED LIST-STATUS LITERAL- MOVE NAMESPACE "
    b"SASL-IR SORT SPECIAL-USE THREAD=ORDEREDSUBJECT UIDPLUS UNSELECT WITHIN AUTH=LOGIN AUTH=PLAIN] IMAP server ready "
    b"H migmx012 LOGIN-0 1Mh\r\n",
    capability=b"* CAPABILITY IMAP4rev1 CHILDREN UIDPLUS\r\n{tag} OK CAPABILITY completed\r\n",
    login=b"{tag} OK [CAPABILITY IMAP4rev1 CHILDREN ENABLE ID IDLE LIST-EXTENDED LIST-STATUS LITERAL- MOVE NAMESPACE SORT "
    b"SPECIAL-USE UIDPLUS UNSELECT WITHIN] LOGIN completed\r\n",
    folders=b'* LIST (\\HasNoChildren) "/" INBOX\r\n* LIST (\\HasNoChildren \\Drafts) "/" "Entw&APw-rfe"\r\n'
    b'* LIST (\\HasNoChildren \\Sent) "/" Gesendet\r\n{tag} OK LIST completed\r\n',
    sent="Gesendet",
    # The name as a literal, which a server may choose for any name.
    statuses=(
        b"* STATUS {5}\r\nINBOX (UIDVALIDITY 1401000000 UIDNEXT 9 MESSAGES 2)\r\n{tag} OK STATUS completed\r\n",
        b"* STATUS {8}\r\nGesendet (UIDVALIDITY 1401000001 UIDNEXT 4 MESSAGES 3)\r\n{tag} OK STATUS completed\r\n",
    ),
    examined=b"* 2 EXISTS\r\n* 0 RECENT\r\n* OK [UIDVALIDITY 1401000000] Ok\r\n* OK [UIDNEXT 9] Ok\r\n"
    b"* FLAGS (\\Answered \\Deleted \\Draft \\Flagged \\Seen)\r\n* OK [PERMANENTFLAGS ()] Ok\r\n"
    b"{tag} OK [READ-ONLY] EXAMINE completed\r\n",
    search=b"* SEARCH 5 7\r\n{tag} OK UID SEARCH completed\r\n",
    letter=b"* 4 EXPUNGE\r\n"
    + literal(b'* 1 FETCH (UID 5 INTERNALDATE "01-Mar-2026 12:30:05 +0000" FLAGS (\\Seen) BODY[]'),
    structure=b'* 1 FETCH (UID 5 BODYSTRUCTURE (("TEXT" "PLAIN" ("charset" "utf-8") NIL NIL "QUOTED-PRINTABLE" 12 1)'
    b'("APPLICATION" "PDF" ("name" "invoice.pdf") NIL NIL "BASE64" 4410 NIL ("attachment" ("filename" "invoice.pdf"))) '
    b'"MIXED" ("boundary" "rwhMWZ")))\r\n',
    sign_in=("LOGIN",),
    parts=("multipart/mixed", "text/plain", "application/pdf"),
)

ALL = (GMAIL, EXCHANGE, YAHOO, YANDEX, MAILRU, ICLOUD, GMX)
