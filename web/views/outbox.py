"""The outbox: letters that are not delivered yet, why, and what a person can do about each. And the history of all
letters with their states (M96).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.contrib.humanize.templatetags.humanize import intcomma
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy
from django.views.decorators.http import require_GET, require_POST
from django_htmx.http import trigger_client_event

from accounts.models import Membership
from mailboxes.models import Mailbox
from outbox.errors import WrongState
from outbox.models import OutgoingMail
from outbox.querysets import HISTORY, OutgoingMailQuerySet
from outbox.queues import QueueReport, report_queues
from outbox.services import cancel, retry
from outbox.suppression import suppressions_of
from threads.models import Message
from web.deliveries import describe_all
from web.mail_address import OUTBOX, Place
from web.mail_list import heading_of, side_of
from web.members import MemberRequest, member_required
from web.moments import inline_words
from web.paging import page_by_time, span_by_time
from web.toasts import toast

PAGE = 30
QUEUE_LABELS = {
    "waiting": gettext_lazy("Waiting"),
    "failed": gettext_lazy("Not sent"),
    "unknown": gettext_lazy("May have been sent"),
    "held": pgettext_lazy("letters", "Held"),
    "sent": pgettext_lazy("letters", "Sent"),
    "canceled": pgettext_lazy("letters", "Canceled"),
    "all": gettext_lazy("All letters"),
}


@dataclass(frozen=True, slots=True)
class Pill:
    """A part of the outbox."""

    label: str
    href: str
    is_current: bool


@dataclass(frozen=True, slots=True)
class QueueLine:
    """A mailbox with more than one letter waiting, in words."""

    address: str
    words: str


def list_queues(member: Membership, place: Place) -> list[QueueLine]:
    reports = report_queues(member, timezone.now())
    here = [one for one in reports if place.mailbox_id in (None, one.mailbox.pk) and one.waiting_count > 1]
    return [QueueLine(one.mailbox.address, _queue_words(one)) for one in here]


def _queue_words(report: QueueReport) -> str:
    count = report.waiting_count
    words = ngettext("%(count)s letter waits", "%(count)s letters wait", count) % {"count": intcomma(count)}
    return _("%(waiting)s; the last one goes out about %(when)s") % {
        "waiting": words,
        "when": inline_words(report.ends_at),
    }


@require_GET
@member_required
def letters(request: MemberRequest) -> HttpResponse:
    place = _place(request)
    queue = _queue(request)
    facts = {
        "heading": heading_of(request.member, place),
        "pills": _pills(place, queue),
        "is_history": queue in HISTORY,
        "queues": list_queues(request.member, place),
        "has_bad_addresses": suppressions_of(request.member).exists(),
        **_page_facts(request, place),
    }
    return render(request, "mail/outbox.html", {**side_of(request, place), **facts})


@require_GET
@member_required
def rows(request: MemberRequest) -> HttpResponse:
    """One page: the next one, or one that is drawn anew after news. That one keeps its ends: pages stay joined."""
    return render(request, "mail/outbox_rows.html", _page_facts(request, _place(request)))


@require_GET
@member_required
def side(request: MemberRequest) -> HttpResponse:
    return render(request, "mail/side.html", side_of(request, _place(request)))


@require_POST
@member_required
def cancel_mail(request: MemberRequest, mail_id: int) -> HttpResponse:
    has_draft = request.member.drafts.filter(mail=mail_id).exists()  # before: then it is a letter of its own again
    words = _("The letter is not sent. It lies in Drafts.") if has_draft else _("The letter is not sent")
    return _changed(request, cancel, mail_id, words)


@require_POST
@member_required
def retry_mail(request: MemberRequest, mail_id: int) -> HttpResponse:
    return _changed(request, retry, mail_id, _("We send it again"))


def _changed(
    request: MemberRequest, change: Callable[[Membership, int], OutgoingMail], mail_id: int, words: str
) -> HttpResponse:
    try:
        change(request.member, mail_id)
    except WrongState as error:
        return toast(HttpResponse(), error.message, tone="bad")
    return toast(trigger_client_event(HttpResponse(), "mail-changed", {}), words)


def _place(request: HttpRequest) -> Place:
    return Place.parse(OUTBOX, request.GET)


def _page_facts(request: MemberRequest, place: Place) -> dict[str, Any]:
    start, end = request.GET.get("from", ""), request.GET.get("until", "")
    queue = _queue(request)
    found = _letters_in(OutgoingMail.objects.visible_to(request.member).for_list(), queue)
    if place.mailbox_id:
        found = found.filter(mailbox=place.mailbox_id)
    page = span_by_time(found, start, end) if end else page_by_time(found, start, size=PAGE)
    return {
        "place": place,
        "deliveries": describe_all(page.rows),
        "kept_ids": kept_ids_of(request.member, page.rows),
        "managed_ids": set(Mailbox.objects.managed_by(request.member).values_list("id", flat=True)),
        "again_url": _rows_url(place, queue, start, end or page.next_place),
        "next_url": _rows_url(place, queue, page.next_place) if page.next_place else "",
    }


def _letters_in(mine: OutgoingMailQuerySet, queue: str) -> OutgoingMailQuerySet:
    if queue in HISTORY:
        return mine.in_history(queue)
    return mine.in_queue(queue, timezone.now()) if queue else mine.in_outbox(timezone.now())


def kept_ids_of(member: Membership, mails: Sequence[OutgoingMail]) -> set[int]:
    """The letters that can be opened in their conversations."""
    filed = [mail.message_id for mail in mails if mail.message_id]
    if not filed:
        return set()
    return set(Message.objects.visible_to(member).kept().filter(pk__in=filed).values_list("pk", flat=True))


def _queue(request: HttpRequest) -> str:
    """ "" shows what is not delivered."""
    asked = request.GET.get("queue", "")
    return asked if asked in QUEUE_LABELS else ""


def _pills(place: Place, queue: str) -> list[Pill]:
    here = place.url()
    join = "&" if "?" in here else "?"
    undelivered = Pill(_("On their way"), here, is_current=not queue)
    return [
        undelivered,
        *(Pill(str(label), f"{here}{join}queue={name}", name == queue) for name, label in QUEUE_LABELS.items()),
    ]


def _rows_url(place: Place, queue: str, start: str, end: str = "") -> str:
    facts = {"mailbox": place.mailbox_id, "queue": queue, "from": start, "until": end}
    return f"{reverse('outbox_rows')}?{urlencode({name: fact for name, fact in facts.items() if fact})}"
