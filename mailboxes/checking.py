"""Trying the servers of a mailbox before it is saved (M04): IMAP and SMTP apart, step by step, in words."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from django.conf import settings

from mailboxes.advice import advice_for
from mailboxes.connections import resolve
from mailboxes.models import Mailbox
from mailboxes.requests import ConnectRequest, ServerRequest
from mailkit import diagnostics
from mailkit.diagnostics import CheckStep
from mailkit.network import tls_context

STEPS = ("dns", "connect", "tls", "login", "folders")  # SMTP has no folders


@dataclass(frozen=True, slots=True)
class ReportedStep:
    """One step as a face shows it. `ok` is None when an earlier step failed."""

    protocol: str  # imap, smtp
    step: str  # dns, connect, tls, login, folders
    ok: bool | None
    code: str  # of mailboxes.advice, "" when all is well
    reply: str  # the server's own words

    @property
    def error(self) -> str:
        advice = advice_for(self.code)
        return str(advice.what) if advice else ""

    @property
    def advice(self) -> str:
        advice = advice_for(self.code)
        return str(advice.do) if advice else ""


@dataclass(frozen=True, slots=True)
class CheckReport:
    """Green: both work. Gray: only SMTP works. Red: neither will do."""

    status: str  # Mailbox.Status
    steps: tuple[ReportedStep, ...]


def check_servers(request: ConnectRequest) -> CheckReport:
    """Ask both servers at once. The request has passed `check_request`; no transaction is open."""
    with ThreadPoolExecutor(max_workers=2) as both:
        imap = both.submit(_check_imap, request.imap) if request.imap else None
        smtp = both.submit(_check_smtp, request.smtp)
        imap_steps, smtp_steps = imap.result() if imap else [], smtp.result()
    is_imap_well = bool(imap_steps) and all(step.ok for step in imap_steps)
    return CheckReport(_status(is_imap_well, all(step.ok for step in smtp_steps)), (*imap_steps, *smtp_steps))


def _status(is_imap_well: bool, is_smtp_well: bool) -> str:
    if not is_smtp_well:
        return Mailbox.Status.RED
    return Mailbox.Status.GREEN if is_imap_well else Mailbox.Status.GRAY


def _check_imap(request: ServerRequest) -> list[ReportedStep]:
    steps = diagnostics.check_imap(
        request.server,
        request.login,
        connect_seconds=settings.MAIL_CONNECT_SECONDS,
        read_seconds=settings.MAIL_READ_SECONDS,
        tls=tls_context(settings.MAIL_CA_FILE),
        resolve=resolve,
    )
    return _reported(steps, STEPS)


def _check_smtp(request: ServerRequest) -> list[ReportedStep]:
    steps = diagnostics.check_smtp(
        request.server,
        request.login,
        connect_seconds=settings.MAIL_CONNECT_SECONDS,
        read_seconds=settings.MAIL_READ_SECONDS,
        tls=tls_context(settings.MAIL_CA_FILE),
        resolve=resolve,
    )
    return _reported(steps, STEPS[:-1])


def _reported(steps: Sequence[CheckStep], order: Sequence[str]) -> list[ReportedStep]:
    """With the steps that a failure left untried."""
    last = steps[-1]
    untried = [] if last.ok else order[order.index(last.step) + 1 :]
    return [
        *(ReportedStep(step.protocol, step.step, step.ok, _code(step), step.reply) for step in steps),
        *(ReportedStep(last.protocol, step, None, "", "") for step in untried),
    ]


def _code(step: CheckStep) -> str:
    """The code of mailboxes.advice for what mailkit found."""
    if step.error_code == "connection_failed":
        return "unknown_host" if step.step == "dns" else "no_connection"
    return "throttled" if step.error_code == "server_throttled" else step.error_code
