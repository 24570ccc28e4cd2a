"""Letters of ours on their way out, in words: in the outbox, in their thread, and in notices."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from mailboxes.advice import Advice
from outbox.advice import AUTHOR_LEFT_CODE, STOPPED_CODE, advice_for
from outbox.bounces import CAME_BACK
from outbox.caps import OVER_DAILY_LIMIT
from outbox.failures import LIMIT, THROTTLED
from outbox.models import OutgoingMail, OutgoingRecipient
from outbox.querysets import LONGEST_UNDO, UNDELIVERED
from outbox.states import CHANGES
from web.field_words import labeled, labels_for
from web.moments import inline_words
from web.watched import Watched, watched

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
BOUNCED = gettext_lazy("Came back")
WAITS_FOR_PERSON = gettext_lazy("Waits until its mailbox is resumed")


@dataclass(frozen=True, slots=True)
class Delivery:
    """The state of a letter of ours, in words. `subject` has the labels of its fields, as they are filled in when it is
    put together. `due` is when we try again; `replies` are the server's own words.
    """

    mail: OutgoingMail
    words: str
    tone: str
    advice: Advice | None
    due: str
    subject: str

    @property
    def watched(self) -> Watched | None:
        return watched(self.mail)

    @property
    def can_cancel(self) -> bool:
        return State.CANCELED in CHANGES[State(self.mail.state)]

    @property
    def can_edit(self) -> bool:
        """By its author: see outbox.services.take_back."""
        return self.can_cancel and self.mail.sent_at is None

    @property
    def can_retry(self) -> bool:
        return self.mail.state in (State.FAILED, State.UNKNOWN) and self.mail.error_code != AUTHOR_LEFT_CODE

    @property
    def is_scheduled(self) -> bool:
        return _is_scheduled(self.mail)

    @property
    def href(self) -> str:
        """In the outbox while it is not delivered, then the thread it was filed in. "" for what is in neither."""
        if self.is_scheduled:
            return f"{reverse('scheduled')}#letter-{self.mail.pk}"
        if self.mail.state in UNDELIVERED:
            return f"{reverse('outbox')}#letter-{self.mail.pk}"
        return reverse("mail_thread", args=["sent", self.mail.thread_id]) if self.mail.thread_id else ""

    @property
    def is_over(self) -> bool:
        """Nothing more happens to it."""
        return self.mail.state in (State.SENT, State.CANCELED)

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
    return _described(mail, labels_for([mail.subject]))


def _described(mail: OutgoingMail, labels: Mapping[str, str]) -> Delivery:
    words, tone = _words_of(mail)
    subject = labeled(mail.subject, labels)
    return Delivery(mail, str(words), tone, advice_for(mail.error_code), _due_words(mail), subject)


def _words_of(mail: OutgoingMail) -> tuple[str | Promise, str]:
    if _is_stopped(mail):
        return WAITS_FOR_PERSON, "warn"
    if mail.state == State.SENT and mail.error_code == CAME_BACK:
        return BOUNCED, "bad"
    if _is_scheduled(mail):
        return _("It goes out %(when)s") % {"when": inline_words(mail.due_at)}, ""
    return WORDS[mail.state]


def _is_stopped(mail: OutgoingMail) -> bool:
    """Held because somebody paused or disconnected its mailbox."""
    return mail.state == State.HELD and mail.error_code == STOPPED_CODE


def _is_scheduled(mail: OutgoingMail) -> bool:
    """For a time that its author chose: nobody has tried it yet, and nothing else puts it off."""
    is_untried = mail.state == State.QUEUED and not mail.attempts and not mail.error_code
    return is_untried and mail.due_at > max(timezone.now(), mail.created_at + LONGEST_UNDO)


def describe_all(mails: Iterable[OutgoingMail]) -> list[Delivery]:
    rows = list(mails)
    labels = labels_for(mail.subject for mail in rows)
    return [_described(mail, labels) for mail in rows]


def _due_words(mail: OutgoingMail) -> str:
    """Only for what is tried again, or waits for what its mailbox may send: all else goes at once, or needs a person
    first.
    """
    if mail.state == State.QUEUED and mail.error_code == OVER_DAILY_LIMIT:
        return _("It goes out %(when)s") % {"when": inline_words(mail.due_at)}
    waits_for_provider = mail.state == State.QUEUED and mail.error_code in (LIMIT, THROTTLED)
    if mail.state != State.RETRY and not waits_for_provider:
        return ""
    return _("Next try: %(when)s") % {"when": inline_words(mail.due_at)}
