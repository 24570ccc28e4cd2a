"""What happened, named so that the same thing has the same name however often it is told (I4).

sent:mail7                 the letter was sent
failed:mail7
not_opened:mail7           of letters to several contacts of one card, the first stands for all
opened:mail7               so here: once per card (M61)
clicked:hit90              each time
clicked:link3:lead12       a link that is only for the first time, for each card (M64)
page:link5                 a page was opened by its card: once (each card has a link of its own)
stage:12:5:TIME            a lead came into a stage: see automation.stage_runs
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from automation.models import Run
from outbox.models import OutgoingMail, OutgoingRecipient
from outbox.queueing import contact_with
from pages.models import PageLink
from tracking.models import Hit, TriggerLink

Event = Run.Event
ONE_SENDING = timedelta(hours=1)  # letters to several people of a card, written at once, are this close to each other


@dataclass(frozen=True, slots=True)
class Cause:
    """`facts` are JSON: ids of what Run has no column for."""

    event: str
    name: str
    happened_at: datetime
    mail: OutgoingMail | None = None
    tracked_id: int | None = None
    contact_id: int | None = None
    lead_id: int | None = None
    member_id: int | None = None
    depth: int = 0
    facts: Mapping[str, Any] = field(default_factory=dict)


def of_sent(mail: OutgoingMail) -> Cause:
    return _of_letter(mail, Event.SENT, f"sent:mail{mail.pk}", mail.sent_at or timezone.now())


def of_failed(mail: OutgoingMail) -> Cause:
    return _of_letter(mail, Event.FAILED, f"failed:mail{mail.pk}", timezone.now())


def of_not_opened(mail: OutgoingMail) -> Cause:
    """It may come true when the time is over."""
    name = f"not_opened:mail{first_of_card(mail)}"
    return _of_letter(mail, Event.NOT_OPENED, name, mail.sent_at or timezone.now())


def of_opened(mail: OutgoingMail, hit: Hit) -> Cause:
    return _of_letter(mail, Event.OPENED, f"opened:mail{first_of_card(mail)}", hit.at)


def of_clicked(mail: OutgoingMail, hit: Hit, link: TriggerLink) -> Cause:
    return _of_letter(mail, Event.CLICKED, _click(link, hit, _card_of(mail)), hit.at)


def of_page_opened(page_link: PageLink, hit: Hit) -> Cause:
    return _of_page(page_link, Event.PAGE_OPENED, f"page:link{page_link.pk}", hit.at)


def of_clicked_in_page(page_link: PageLink, hit: Hit, link: TriggerLink) -> Cause:
    return _of_page(page_link, Event.CLICKED, _click(link, hit, page_link.card_key), hit.at)


def first_of_card(mail: OutgoingMail) -> int:
    """The id of the first letter of one sending to several contacts of one card: it stands for all of them."""
    ids = letters_of_card(mail)
    return min(ids)


def letters_of_card(mail: OutgoingMail) -> list[int]:
    """This letter and the same one to other contacts of its lead, written at the same time."""
    if mail.lead_id is None:
        return [mail.pk]
    near = (mail.created_at - ONE_SENDING, mail.created_at + ONE_SENDING)
    same = OutgoingMail.objects.filter(
        lead=mail.lead_id,
        template=mail.template_id,
        mailing=mail.mailing_id,
        created_at__range=near,
        is_test=False,
    )
    if mail.template_id is None:
        same = same.filter(subject=mail.subject)
    return [mail.pk, *same.exclude(contact=mail.contact_id).exclude(pk=mail.pk).values_list("pk", flat=True)]


def _click(link: TriggerLink, hit: Hit, card: str) -> str:
    return f"clicked:link{link.pk}:{card}" if link.once else f"clicked:hit{hit.pk}"


def _card_of(mail: OutgoingMail) -> str:
    if mail.lead_id:
        return f"lead{mail.lead_id}"
    contact_id = _contact_of(mail)
    return f"contact{contact_id}" if contact_id else f"mail{mail.pk}"


def _contact_of(mail: OutgoingMail) -> int | None:
    """The card it was written to, else the one that has its first address."""
    if mail.contact_id:
        return mail.contact_id
    written = mail.recipients.filter(kind=OutgoingRecipient.Kind.TO).order_by("position").first()
    contact = contact_with(written.address) if written else None
    return contact.pk if contact else None


def _of_letter(mail: OutgoingMail, event: str, name: str, at: datetime) -> Cause:
    return Cause(
        event=event,
        name=name,
        happened_at=at,
        mail=mail,
        tracked_id=mail.tracked_id,
        contact_id=_contact_of(mail),
        lead_id=mail.lead_id,
        member_id=mail.author_id,
        depth=mail.depth,
    )


def _of_page(page_link: PageLink, event: str, name: str, at: datetime) -> Cause:
    others = {"company": page_link.company_id, "customer": page_link.customer_id}
    return Cause(
        event=event,
        name=name,
        happened_at=at,
        tracked_id=page_link.tracked_id,
        contact_id=page_link.contact_id,
        lead_id=page_link.lead_id,
        facts={kind: row_id for kind, row_id in others.items() if row_id},
    )
