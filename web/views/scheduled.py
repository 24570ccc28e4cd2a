"""Letters that go out later: when, written on, sent now, or left."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST
from django_htmx.http import trigger_client_event

from mailboxes.models import Mailbox
from outbox.errors import WrongState
from outbox.scheduled import scheduled_of, send_now
from web.deliveries import describe_all
from web.mail_address import SCHEDULED, Place
from web.mail_list import heading_of, side_of
from web.members import MemberRequest, member_required
from web.paging import page_by_due, span_by_due
from web.toasts import toast

PAGE = 30


@require_GET
@member_required
def letters(request: MemberRequest) -> HttpResponse:
    place = _place(request)
    facts = {"heading": heading_of(request.member, place), **_page_facts(request, place)}
    return render(request, "mail/scheduled.html", {**side_of(request, place), **facts})


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
def send(request: MemberRequest, mail_id: int) -> HttpResponse:
    try:
        send_now(request.member, mail_id)
    except WrongState as error:
        return toast(HttpResponse(), error.message, tone="bad")
    return toast(trigger_client_event(HttpResponse(), "mail-changed", {}), _("The letter goes out"))


def _place(request: MemberRequest) -> Place:
    return Place.parse(SCHEDULED, request.GET)


def _page_facts(request: MemberRequest, place: Place) -> dict[str, Any]:
    start, end = request.GET.get("from", ""), request.GET.get("until", "")
    found = scheduled_of(request.member).for_list()
    if place.mailbox_id:
        found = found.filter(mailbox=place.mailbox_id)
    page = span_by_due(found, start, end) if end else page_by_due(found, start, size=PAGE)
    return {
        "place": place,
        "deliveries": describe_all(page.rows),
        "managed_ids": set(Mailbox.objects.managed_by(request.member).values_list("id", flat=True)),
        "again_url": _rows_url(place, start, end or page.next_place),
        "next_url": _rows_url(place, page.next_place) if page.next_place else "",
    }


def _rows_url(place: Place, start: str, end: str = "") -> str:
    facts = {"mailbox": place.mailbox_id, "from": start, "until": end}
    return f"{reverse('scheduled_rows')}?{urlencode({name: fact for name, fact in facts.items() if fact})}"
