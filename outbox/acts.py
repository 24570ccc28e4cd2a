"""What a letter sets going, and what is watched of it: its triggers, and the switches of tracking (M01, M17, M47)."""

from __future__ import annotations

from dataclasses import dataclass

from accounts.mailer import may_use_mailer
from accounts.models import Account
from letter_templates.trigger_choice import NO_TRIGGERS, check_may_choose
from mailboxes.models import Mailbox
from outbox.models import OutgoingMail
from outbox.requests import LetterRequest


@dataclass(frozen=True, slots=True)
class Switches:
    """Whether opens and followed links of a letter are told."""

    opens: bool = False
    links: bool = False


def switches_of(
    account: Account, mailbox: Mailbox, *, opens: bool | None = None, links: bool | None = None
) -> Switches:
    """The closest that says something: the letter, the mailbox it is written in, the account."""
    return Switches(
        opens=_first(opens, mailbox.track_opens, account.track_opens),
        links=_first(links, mailbox.track_links, account.track_links),
    )


def add_acts(mail: OutgoingMail, request: LetterRequest, written_in: Mailbox) -> None:
    """To a letter that is not stored yet. Raises NotAllowed."""
    by_rule = request.is_automatic or request.mailing_id is not None  # asked for by who may, whoever writes it
    choice = request.triggers or NO_TRIGGERS
    if not by_rule:
        check_may_choose(mail.author, choice)
    mail.triggers = choice.to_json()
    if by_rule or may_use_mailer(mail.author):
        account = mail.author.account
        switches = switches_of(account, written_in, opens=request.track_opens, links=request.track_links)
        mail.track_opens, mail.track_links = switches.opens, switches.links
    mail.is_automatic, mail.depth = request.is_automatic, request.depth
    mail.is_test = request.is_test
    mail.mailing_id = request.mailing_id
    mail.priority = _priority_of(request)


def _priority_of(request: LetterRequest) -> OutgoingMail.Priority:
    """Somebody waits for what a person writes; what rules send may be thousands at once."""
    if request.mailing_id is not None:
        return OutgoingMail.Priority.BULK
    return OutgoingMail.Priority.RULE if request.is_automatic else OutgoingMail.Priority.SINGLE


def _first(letter: bool | None, mailbox: bool | None, account: bool) -> bool:
    return next((one for one in (letter, mailbox) if one is not None), account)
