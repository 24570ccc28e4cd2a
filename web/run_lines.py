"""Runs of triggers and stage actions as screens show them: what ran, because of what, and what became of it (M33)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.urls import reverse
from django.utils.functional import Promise

from accounts.mailer import may_use_mailer
from accounts.models import Membership
from automation.models import Run
from automation.querysets import letters_shown
from outbox.models import OutgoingMail
from web.deliveries import describe
from web.run_words import run_words

LOOKS = {
    Run.State.WAITING: ("clock", ""),
    Run.State.DONE: ("circle-check", "good"),
    Run.State.SKIPPED: ("minus", ""),
    Run.State.FAILED: ("circle-alert", "bad"),
}


@dataclass(frozen=True, slots=True)
class NamedCard:
    """A card that a run is about."""

    name: str
    href: str


@dataclass(frozen=True, slots=True)
class RunLine:
    """`letter` and `made_letter` are there for who reads them."""

    run: Run
    icon: str
    tone: str
    event: str | Promise
    words: str
    card: NamedCard | None
    letter: str
    letter_href: str
    made_href: str


def run_lines(member: Membership, runs: Iterable[Run]) -> list[RunLine]:
    rows = list(runs)
    shown = letters_shown(member, rows)
    return [_line(run, shown) for run in rows]


def mails_with_runs(member: Membership, mails: Iterable[OutgoingMail]) -> frozenset[int]:
    """Those of these letters that started something. Plain letters start nothing, and cost no question."""
    asked = [mail.pk for mail in mails if mail.tracked_id or mail.triggers] if may_use_mailer(member) else []
    return frozenset(Run.objects.filter(mail__in=asked).values_list("mail", flat=True)) if asked else frozenset()


def _line(run: Run, shown: frozenset[int]) -> RunLine:
    icon, tone = LOOKS[Run.State(run.state)]
    mail = run.mail if run.mail_id in shown else None
    made = run.made_mail if run.made_mail_id in shown else None
    return RunLine(
        run=run,
        icon=icon,
        tone=tone,
        event=Run.Event(run.event).label,
        words=run_words(run),
        card=_card_of(run),
        letter=mail.subject if mail else "",
        letter_href=_href_of(mail),
        made_href=_href_of(made),
    )


def _card_of(run: Run) -> NamedCard | None:
    """The lead, because what ran is mostly about it; else the contact."""
    if run.lead:
        return NamedCard(run.lead.name, reverse("lead", args=[run.lead.pk]))
    if run.contact:
        return NamedCard(run.contact.name, reverse("contact", args=[run.contact.pk]))
    return None


def _href_of(mail: OutgoingMail | None) -> str:
    return describe(mail).href if mail else ""
