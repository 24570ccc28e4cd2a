"""What a failed attempt means for a letter: a decision, without touching anything."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from mailboxes.health import FIRST_RETRY
from mailkit.errors import (
    ConnectionFailed,
    HostRefused,
    LoginRefused,
    MailError,
    OutcomeUnknown,
    ProtocolViolated,
    ServerThrottled,
    TemporaryMailError,
    TlsRefused,
    UnsafeText,
)
from mailkit.oauth import GRANT_ENDED
from outbox.models import OutgoingMail

State = OutgoingMail.State

RETRY_MINUTES = (1, 5, 15, 60)  # then every hour
MAX_ATTEMPTS = 27  # the first four pauses take 81 minutes, the others 22 hours: a day in all
HOLD_FOR = timedelta(hours=72)  # a mailbox that needs a sign-in: longer and the letter is not news any more
LIMIT_PAUSE = timedelta(hours=1)  # after which a provider whose limit was used up is asked again, by one letter
MAX_DETAIL = 500
CLOSING = 421  # the server hangs up after it (RFC 5321 section 3.8)
LIMIT, THROTTLED = "daily_limit", "throttled"  # codes: the provider takes no more now, whichever letter it is
AUTH = "auth"  # OutgoingMail.error_code while its mailbox is not signed in

_BY_KIND: tuple[tuple[type[MailError], str], ...] = (
    (LoginRefused, AUTH),
    (ConnectionFailed, "no_connection"),
    (TlsRefused, "tls_refused"),
    (HostRefused, "host_refused"),
    (UnsafeText, "unsafe_text"),
    (ProtocolViolated, "server_fault"),
)
# In this order: the enhanced codes of RFC 3463 first, then what servers write in words.
_BY_REPLY: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (code, re.compile(pattern, re.IGNORECASE))
    for code, pattern in (
        ("too_large", r"5\.3\.4|5\.2\.3|too (?:large|big)|size (?:limit|exceed)|exceeds.*size"),
        (
            LIMIT,  # of the sender: X.2.X tells of the recipient's mailbox
            r"(?s)^(?!.*\b[45]\.2\.\d).*"
            r"(?:5\.4\.5|daily|per day|sending (?:limit|quota)|too many (?:messages|mails)|limit exceeded)",
        ),
        ("auth", r"5\.7\.8|5\.7\.0.*auth|authentication (?:required|failed)|must (?:log ?in|authenticate)"),
        ("quota", r"[45]\.2\.2|over ?quota|mailbox (?:is )?full|quota|insufficient storage"),
        (
            "invalid_address",
            r"5\.1\.(?:0|1|2|3|6|10)\b|user unknown|unknown user|no such|n.?t exist|invalid (?:recipient|addr)",
        ),
        ("sender_refused", r"5\.1\.[78]|not owned by|sender (?:address )?(?:rejected|not allowed)|send as"),
        ("spam", r"spam|junk|5\.7\.1|5\.7\.9|5\.7\.26|black ?list|block|reputation|policy|virus"),
    )
)


@dataclass(frozen=True, slots=True)
class Verdict:
    """The letter's next state, why, and when it is looked at again (`retry`, `held`)."""

    state: State
    code: str
    detail: str
    due_at: datetime | None = None


def judge(error: MailError, *, attempts: int, now: datetime, was_refused: bool = False) -> Verdict:
    """`attempts` made, this one included. `was_refused`: the mailbox's sign-in, the last time."""
    code, detail = code_of(error), detail_of(error)
    if isinstance(error, OutcomeUnknown):
        return Verdict(State.UNKNOWN, "unknown", detail)
    if isinstance(error, LoginRefused):
        # As in mailboxes.health: what is refused once may be a hiccup of the provider.
        if was_refused or error.reason == GRANT_ENDED:
            return Verdict(State.HELD, code, detail, now + HOLD_FOR)
        return Verdict(State.RETRY, code, detail, now + FIRST_RETRY)
    if code == LIMIT and attempts < MAX_ATTEMPTS:
        return Verdict(State.RETRY, code, detail, now + LIMIT_PAUSE)
    if isinstance(error, TemporaryMailError) and attempts < MAX_ATTEMPTS:
        return Verdict(State.RETRY, code, detail, now + pause_after(attempts, asked_for=error.retry_after))
    return Verdict(State.FAILED, code, detail)


def pause_after(attempts: int, *, asked_for: float | None = None) -> timedelta:
    """How long to wait; longer when the server said so, but never past an hour twice over."""
    minutes = RETRY_MINUTES[min(attempts, len(RETRY_MINUTES)) - 1]
    wanted = timedelta(seconds=min(asked_for or 0, 7200))
    return max(timedelta(minutes=minutes), wanted)


def code_of(error: MailError) -> str:
    """The key of outbox.advice."""
    by_kind = next((code for kind, code in _BY_KIND if isinstance(error, kind)), "")
    if by_kind:
        return by_kind
    if isinstance(error, ServerThrottled):
        return "try_later" if _is_of_recipients(error) else THROTTLED
    by_reply = code_of_reply(error.code, error.reply)
    if not isinstance(error, TemporaryMailError) or by_reply in (LIMIT, "quota"):
        return by_reply
    return "try_later"


def _is_of_recipients(error: MailError) -> bool:
    """Their mailboxes may be what gets too many; who hangs up means us."""
    return error.step == "rcpt" and error.code != CLOSING


def code_of_reply(code: int, reply: str) -> str:
    """What a server's answer to MAIL, RCPT or DATA says; "refused" when it says nothing more."""
    return next((name for name, pattern in _BY_REPLY if pattern.search(reply)), _BY_SMTP_CODE.get(code, "refused"))


# RFC 5321 section 4.2.3, for servers without enhanced codes.
_BY_SMTP_CODE = {
    452: "quota",
    530: "auth",
    535: "auth",
    550: "invalid_address",
    551: "invalid_address",
    552: "too_large",
    553: "invalid_address",
    554: "spam",
}


def detail_of(error: MailError) -> str:
    """The server's own words, with its code in front; ours when it said nothing."""
    return words_of(error.code, error.reply) or str(error)[:MAX_DETAIL]


def words_of(code: int, reply: str) -> str:
    plain = " ".join(reply.split())
    return (plain if not code or plain.startswith(str(code)) else f"{code} {plain}".strip())[:MAX_DETAIL]
