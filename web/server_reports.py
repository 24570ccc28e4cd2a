"""What testing the servers found, in the words and marks of a page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from mailboxes.checking import CheckReport, ReportedStep
from mailboxes.models import Mailbox

PROTOCOLS = {"imap": _("Incoming mail (IMAP)"), "smtp": _("Outgoing mail (SMTP)")}
STEPS = {
    "dns": _("Find the server"),
    "connect": _("Connect"),
    "tls": _("Secure the connection"),
    "login": _("Sign in"),
    "folders": _("Open the folders"),
}


@dataclass(frozen=True)
class StepLine:
    """One step: its mark says the same as `said`, for those who do not see it."""

    label: str | Promise
    icon: str
    tone: str
    said: str | Promise
    error: str = ""
    advice: str = ""
    link: str = ""  # a page of the provider that helps
    reply: str = ""


@dataclass(frozen=True)
class ProtocolReport:
    title: str | Promise
    is_well: bool
    steps: Sequence[StepLine]


@dataclass(frozen=True)
class Report:
    can_send_only: bool
    protocols: Sequence[ProtocolReport]


def report_of(found: CheckReport) -> Report:
    said: set[str] = set()  # one advice that fits both servers is read once
    protocols = [_protocol(key, [step for step in found.steps if step.protocol == key], said) for key in PROTOCOLS]
    return Report(found.status == Mailbox.Status.GRAY, [each for each in protocols if each.steps])


def _protocol(key: str, steps: list[ReportedStep], said: set[str]) -> ProtocolReport:
    lines = [_line(step) for step in steps]
    lines = [replace(line, advice="", link="") if line.advice in said else line for line in lines]
    said.update(line.advice for line in lines if line.advice)
    return ProtocolReport(PROTOCOLS[key], all(step.ok for step in steps), lines)


def _line(step: ReportedStep) -> StepLine:
    label = STEPS.get(step.step, step.step)
    if step.ok is None:
        return StepLine(label, "minus", "", _("not tried"))
    if step.ok:
        return StepLine(label, "circle-check", "good", _("done"))
    return StepLine(label, "circle-x", "bad", _("failed"), step.error, step.advice, step.link, step.reply)
