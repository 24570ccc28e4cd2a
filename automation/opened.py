"""Whether the time is over in which a letter should have been opened, and nobody has (M62)."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Exists, QuerySet

from automation.causes import letters_of_card
from automation.models import Run
from automation.outcomes import Outcome, not_yet, skipped
from automation.reasons import Reason
from outbox.answers import answers
from outbox.models import OutgoingMail
from pages.form_answers import BY_PROGRAMS
from pages.models import FormAnswer
from tracking.models import Hit, Tracked

LOOK_AGAIN = timedelta(seconds=15)  # longer than judging takes (G07)


def stop_waiting(mail: OutgoingMail, now: datetime) -> None:
    """It is opened: what waits for its not being so is over, and says so at once."""
    waiting = Run.objects.filter(event=Run.Event.NOT_OPENED, state=Run.State.WAITING, mail__in=letters_of_card(mail))
    waiting.update(state=Run.State.SKIPPED, reason=Reason.OPENED, ended_at=now)


def still_unopened(run: Run, now: datetime) -> Outcome | None:
    """None: nobody has opened or answered it, the trigger may act. What machines do is not counted as opened; what has
    come and is not judged yet is waited for. Of letters to several contacts of a card, one that is opened is enough.
    """
    if run.mail is None:
        return skipped(Reason.NOT_TRACKED)
    mails = OutgoingMail.objects.filter(pk__in=letters_of_card(run.mail))
    tracked = Tracked.objects.filter(pk__in=mails.values("tracked"))
    rows = list(tracked)
    if not any(row.has_pixel or row.has_links for row in rows):
        return skipped(Reason.NOT_TRACKED)
    if any(row.opened_at or row.clicked_at for row in rows):
        return skipped(Reason.OPENED)
    if _is_answered(mails):
        return skipped(Reason.ANSWERED)
    unjudged = Hit.objects.filter(tracked__in=rows, judge_at__isnull=False, at__lte=now)
    if unjudged.exists():
        return not_yet(now + LOOK_AGAIN)
    return None


def _is_answered(mails: QuerySet[OutgoingMail]) -> bool:
    """By a letter, or by the form in it: of many readers the images never tell."""
    by_letter = mails.filter(Exists(answers()))
    return by_letter.exists() or FormAnswer.objects.filter(mail__in=mails).exclude(BY_PROGRAMS).exists()
