"""Trying the servers of a mailbox before it is saved (M04): IMAP and SMTP apart, step by step, in words."""

from __future__ import annotations

import time
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

from django.conf import settings

from mailboxes.advice import Advice, advice_for
from mailboxes.hosts import resolve
from mailboxes.models import Mailbox
from mailboxes.requests import ConnectRequest, ServerRequest
from mailkit import diagnostics
from mailkit.diagnostics import CheckStep
from mailkit.network import tls_context
from mailkit.providers import provider_of_host
from mailkit.types import Mechanism

CHECK_SECONDS = 30.0  # a person waits, and a thread that serves pages
CONNECT_SECONDS, READ_SECONDS = 10, 15  # at most, so that a silent server is named before that
STEPS = ("dns", "connect", "tls", "login", "folders")  # SMTP has no folders


@dataclass(frozen=True, slots=True)
class ReportedStep:
    """One step as a face shows it. `ok` is None when an earlier step failed."""

    protocol: str  # imap, smtp
    step: str  # dns, connect, tls, login, folders
    ok: bool | None
    code: str  # of mailboxes.advice, "" when all is well
    reply: str  # the server's own words
    host: str = ""  # whose they are

    @property
    def error(self) -> str:
        return str(self._found.what) if self._found else ""

    @property
    def advice(self) -> str:
        return str(self._found.do) if self._found else ""

    @property
    def link(self) -> str:
        return self._found.link if self._found else ""

    @property
    def _found(self) -> Advice | None:
        return advice_for(self.code, provider=provider_of_host(self.host))


@dataclass(frozen=True, slots=True)
class CheckReport:
    """Green: both work. Gray: only SMTP works. Red: neither will do."""

    status: str  # Mailbox.Status
    steps: tuple[ReportedStep, ...]


def check_servers(request: ConnectRequest, *, seconds: float = CHECK_SECONDS) -> CheckReport:
    """Ask both servers at once, for so long at most. The request has passed `check_request`; no transaction is open."""
    ends_at = time.monotonic() + seconds
    both = ThreadPoolExecutor(max_workers=2, thread_name_prefix="server-check")
    try:
        imap = both.submit(_check_imap, request.imap) if request.imap else None
        smtp = both.submit(_check_smtp, request.smtp)
        imap_steps = _steps_of(imap, "imap", ends_at) if imap else []
        smtp_steps = _steps_of(smtp, "smtp", ends_at)
    finally:
        both.shutdown(wait=False)  # a server that says a word now and then is left to the limits of its session
    is_imap_well = bool(imap_steps) and all(step.ok for step in imap_steps)
    return CheckReport(_status(is_imap_well, all(step.ok for step in smtp_steps)), (*imap_steps, *smtp_steps))


def _steps_of(check: Future[list[ReportedStep]], protocol: str, ends_at: float) -> list[ReportedStep]:
    try:
        return check.result(timeout=max(0, ends_at - time.monotonic()))
    except TimeoutError:
        return [ReportedStep(protocol, "connect", ok=False, code="too_slow", reply="")]


def _status(is_imap_well: bool, is_smtp_well: bool) -> str:
    if not is_smtp_well:
        return Mailbox.Status.RED
    return Mailbox.Status.GREEN if is_imap_well else Mailbox.Status.GRAY


def _check_imap(request: ServerRequest) -> list[ReportedStep]:
    steps = diagnostics.check_imap(
        request.server,
        request.login,
        connect_seconds=min(settings.MAIL_CONNECT_SECONDS, CONNECT_SECONDS),
        read_seconds=min(settings.MAIL_READ_SECONDS, READ_SECONDS),
        tls=tls_context(settings.MAIL_CA_FILE),
        resolve=resolve,
    )
    return _reported(steps, STEPS, request)


def _check_smtp(request: ServerRequest) -> list[ReportedStep]:
    steps = diagnostics.check_smtp(
        request.server,
        request.login,
        connect_seconds=min(settings.MAIL_CONNECT_SECONDS, CONNECT_SECONDS),
        read_seconds=min(settings.MAIL_READ_SECONDS, READ_SECONDS),
        tls=tls_context(settings.MAIL_CA_FILE),
        resolve=resolve,
    )
    return _reported(steps, STEPS[:-1], request)


def _reported(steps: Sequence[CheckStep], order: Sequence[str], request: ServerRequest) -> list[ReportedStep]:
    """With the steps that a failure left untried."""
    last = steps[-1]
    untried = [] if last.ok else order[order.index(last.step) + 1 :]
    return [
        *(
            ReportedStep(step.protocol, step.step, step.ok, _code(step, request), step.reply, request.host)
            for step in steps
        ),
        *(ReportedStep(last.protocol, step, None, "", "") for step in untried),
    ]


def _code(step: CheckStep, request: ServerRequest) -> str:
    """The code of mailboxes.advice for what mailkit found."""
    if step.error_code == "login_refused" and request.mechanism is Mechanism.BEARER:
        return "token_refused"
    if step.error_code == "connection_failed":
        return "unknown_host" if step.step == "dns" else "no_connection"
    return "throttled" if step.error_code == "server_throttled" else step.error_code
