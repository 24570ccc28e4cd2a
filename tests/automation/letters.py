"""Letters that are out, their opens and clicks, and what follows from them: without servers and without waiting."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from accounts.models import Membership
from automation import news, running
from automation.links import LinkValues, create_link
from automation.models import Run, Trigger
from automation.triggers import TriggerValues, create_trigger
from crm.models import Contact, Lead
from letter_templates.models import Template
from letter_templates.trigger_choice import TriggerChoice
from mailboxes.models import Mailbox
from outbox.models import OutgoingMail
from outbox.queueing import queue_letter
from outbox.requests import LetterRequest
from tracking.models import Hit, Link, Tracked, TriggerLink

State = OutgoingMail.State


def make_trigger(admin: Membership, type_: str, name: str = "", /, **settings: Any) -> Trigger:
    delay = settings.pop("delay_seconds", 0)
    return create_trigger(admin, TriggerValues(name or type_, type_, settings, delay_seconds=delay))


def make_link(admin: Membership, *triggers: Trigger, once: bool = False, url: str = "") -> TriggerLink:
    ids = tuple(trigger.pk for trigger in triggers)
    return create_link(admin, LinkValues("Read the offer", once=once, redirect_url=url, triggers=ids))


def send(
    author: Membership,
    mailbox: Mailbox,
    contact: Contact,
    *,
    lead: Lead | None = None,
    template: Template | None = None,
    state: str = State.SENT,
    at: datetime | None = None,
    **triggers: Any,
) -> OutgoingMail:
    """A letter that has left, or failed, at this time; watched for opens and clicks."""
    request = LetterRequest(
        mailbox_id=mailbox.pk,
        to=[contact.emails.all()[0].email],
        subject="Your offer",
        text="Here it is.",
        contact_id=contact.pk,
        lead_id=lead.pk if lead else None,
        template_id=template.pk if template else None,
        triggers=TriggerChoice(**triggers),
    )
    mail = queue_letter(author, request)
    end(mail, state, at=at)
    return mail


def end(mail: OutgoingMail, state: str = State.SENT, at: datetime | None = None) -> None:
    """As the worker that sends leaves it."""
    mail.tracked = Tracked.objects.create(kind=Tracked.Kind.LETTER, has_pixel=True, has_links=True)
    mail.state = state
    mail.sent_at = (at or timezone.now()) if state == State.SENT else None
    mail.error_code = "" if state == State.SENT else "invalid_address"
    mail.save()
    news.note_letters([mail.pk])


def open_letter(mail: OutgoingMail, verdict: str = Hit.Verdict.HUMAN) -> Hit:
    """As judging leaves it."""
    return _hit(mail.tracked, None, verdict)


def click(mail: OutgoingMail, trigger_link: TriggerLink, verdict: str = Hit.Verdict.HUMAN) -> Hit:
    tracked = mail.tracked
    assert tracked is not None
    link, _made = Link.objects.get_or_create(
        tracked=tracked, trigger_link=trigger_link, defaults={"position": tracked.links.count()}
    )
    return _hit(tracked, link, verdict)


def _hit(tracked: Tracked | None, link: Link | None, verdict: str) -> Hit:
    assert tracked is not None
    now = timezone.now()
    hit = Hit.objects.create(tracked=tracked, link=link, at=now, method="GET", verdict=verdict)
    if verdict in (Hit.Verdict.HUMAN, Hit.Verdict.UNKNOWN):
        tracked.opened_at = tracked.opened_at or now
        tracked.save()
    news.note_hits([hit.pk])
    return hit


def carry_out(*, later: timedelta = timedelta(0)) -> None:
    """As if so much time had passed for all that waits."""
    for run in Run.objects.filter(state=Run.State.WAITING):
        run.due_at -= later
        run.save(update_fields=["due_at"])
    assert not running.carry_out_due()


def ended() -> list[tuple[str, str, str]]:
    """Event, state and reason of all runs, in the order in which they were written down."""
    return list(Run.objects.order_by("id").values_list("event", "state", "reason"))
