"""Trying the servers of a mailbox before it is saved (M04): IMAP and SMTP apart, step by step, in words."""

from __future__ import annotations

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
    return [_reported(step) for step in steps]


def _check_smtp(request: ServerRequest) -> list[ReportedStep]:
    steps = diagnostics.check_smtp(
        request.server,
        request.login,
        connect_seconds=settings.MAIL_CONNECT_SECONDS,
        read_seconds=settings.MAIL_READ_SECONDS,
        tls=tls_context(settings.MAIL_CA_FILE),
        resolve=resolve,
    )
    return [_reported(step) for step in steps]


def _reported(step: CheckStep) -> ReportedStep:
    return ReportedStep(step.protocol, step.step, step.ok, step.error_code, step.reply)
