"""Letters of ours on their way out, in words: in the outbox, in their thread, and in notices."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from mailboxes.advice import Advice
from outbox.advice import STOPPED_CODE, advice_for
from outbox.models import OutgoingMail, OutgoingRecipient
from outbox.states import CHANGES
from web.moments import long_words

State = OutgoingMail.State
# What became of a letter, and the tone of the words. The rest says the letter's own error.
WORDS: dict[str, tuple[str | Promise, str]] = {
    State.QUEUED: (gettext_lazy("Waiting to be sent"), "busy"),
    State.SENDING: (gettext_lazy("Being sent"), "busy"),
    State.SENT: (pgettext_lazy("letter", "Sent"), "good"),
    State.RETRY: (gettext_lazy("Not sent yet. We try again by ourselves"), "warn"),
    State.FAILED: (gettext_lazy("Not sent"), "bad"),
    State.UNKNOWN: (gettext_lazy("May have been sent"), "warn"),
    State.HELD: (gettext_lazy("Waits until the mailbox can sign in again"), "warn"),
    State.CANCELED: (gettext_lazy("Canceled"), ""),
}
WAITS_FOR_PERSON = gettext_lazy("Waits until its mailbox is resumed")


@dataclass(frozen=True, slots=True)
class Delivery:
    """The state of a letter of ours, in words. `due` is when we try again; `replies` are the server's own words."""

    mail: OutgoingMail
    words: str
    tone: str
    advice: Advice | None
    due: str

    @property
    def can_cancel(self) -> bool:
        return State.CANCELED in CHANGES[State(self.mail.state)]

    @property
    def can_retry(self) -> bool:
        return self.mail.state in (State.FAILED, State.UNKNOWN)

    @property
    def waits_for_password(self) -> bool:
        return self.mail.state == State.HELD and not _is_stopped(self.mail)

    @property
    def may_arrive_twice(self) -> bool:
        return self.mail.state == State.UNKNOWN

    @property
    def recipients(self) -> Sequence[OutgoingRecipient]:
        return list(self.mail.recipients.all())

    @property
    def replies(self) -> Sequence[str]:
        """About single recipients, and about the whole letter when that is something else."""
        single = {person.error: f"{person.address}: {person.error}" for person in self.recipients if person.error}
        whole = self.mail.error_detail
        return [*single.values(), *([whole] if whole and whole not in single else [])]


def describe(mail: OutgoingMail) -> Delivery:
    words, tone = (WAITS_FOR_PERSON, "warn") if _is_stopped(mail) else WORDS[mail.state]
    return Delivery(mail, str(words), tone, advice_for(mail.error_code), _due_words(mail))


def _is_stopped(mail: OutgoingMail) -> bool:
    """Held because somebody paused or disconnected its mailbox."""
    return mail.state == State.HELD and mail.error_code == STOPPED_CODE


def describe_all(mails: Iterable[OutgoingMail]) -> list[Delivery]:
    return [describe(mail) for mail in mails]


def _due_words(mail: OutgoingMail) -> str:
    """Only for what is tried again: everything else goes at once, or needs a person first."""
    return _("Next try: %(when)s") % {"when": long_words(mail.due_at)} if mail.state == State.RETRY else ""
