"""The mail screen: one view for the page and for its fragments. The address is the truth, see web.mail_address."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_GET
from django_htmx.http import trigger_client_event

from threads import services
from threads.access import get_message_for, get_thread_for
from threads.deleted import may_see_deleted
from threads.errors import ThreadNotFound
from web.mail_address import Place, whole_number
from web.mail_list import end_of_list, heading_of, list_filters, list_rows, side_of, unread_at
from web.mail_reader import read_earlier, read_tail, read_thread
from web.mail_screen import mail_screen
from web.members import MemberRequest, member_required


def start(request: HttpRequest) -> HttpResponse:
    return redirect("mail_folder", folder="inbox")


@require_GET
@member_required
def folder(request: MemberRequest, folder: str) -> HttpResponse:
    """The screen without an open thread; for htmx the list alone."""
    place = _place(request, folder)
    if request.htmx:
        return _fragment(request, "mail/list.html", {**_list_facts(request, place), **unread_at(request, place)})
    return _screen(request, place, {})


@require_GET
@member_required
def rows(request: MemberRequest, folder: str) -> HttpResponse:
    """One page of rows: "load more", and the refresh after news."""
    return _fragment(request, "mail/rows.html", _row_facts(request, _place(request, folder)))


@require_GET
@member_required
def side(request: MemberRequest, folder: str) -> HttpResponse:
    """Folders and mailboxes with their counts, refreshed after news."""
    return _fragment(request, "mail/side.html", side_of(request, _place(request, folder)))


@require_GET
@member_required
def thread(request: MemberRequest, folder: str, thread_id: int) -> HttpResponse:
    """The screen with this thread open; for htmx the reader alone. Opening marks as read, but for Deleted, where kept
    letters are not shown.
    """
    place = _place(request, folder)
    found = get_thread_for(request.member, thread_id)
    reader = read_thread(request.member, found, folder=place.folder)
    facts = {"reader": reader, "current_id": found.pk, "place": place}
    if found.unread_count and place.folder != "deleted":
        services.mark_read(request.member, [found.pk])
    if request.htmx:
        return _fragment(request, "mail/reader.html", facts)
    return _screen(request, place, facts)


@require_GET
@member_required
def tail(request: MemberRequest, folder: str, thread_id: int) -> HttpResponse:
    """What came to the open thread since it was drawn. A refresh is not reading: nothing is marked.

    A thread that is not there any more went into another one, or to Deleted: that is news too, not a mistake.
    """
    try:
        found = get_thread_for(request.member, thread_id)
    except ThreadNotFound:
        return trigger_client_event(HttpResponse(status=HTTPStatus.NO_CONTENT), "thread-gone", {"thread": thread_id})
    place, after = _place(request, folder), whole_number(request.GET.get("after")) or 0
    reader = read_tail(request.member, found, folder=place.folder, after=after)
    return _fragment(request, "mail/tail.html", {"reader": reader, "place": place})


@require_GET
@member_required
def earlier(request: MemberRequest, folder: str, thread_id: int) -> HttpResponse:
    """The letters before the first that is shown."""
    found, place = get_thread_for(request.member, thread_id), _place(request, folder)
    first = get_message_for(request.member, whole_number(request.GET.get("message")) or 0)
    reader = read_earlier(request.member, found, folder=place.folder, before=first)
    return _fragment(request, "mail/earlier.html", {"reader": reader, "place": place})


def _screen(request: MemberRequest, place: Place, facts: dict[str, Any]) -> HttpResponse:
    everything = {**_list_facts(request, place), **side_of(request, place), **facts}
    response = mail_screen(request, place, everything)
    patch_vary_headers(response, ["HX-Request"])
    return response


def _fragment(request: MemberRequest, template: str, facts: dict[str, Any]) -> HttpResponse:
    response = render(request, template, facts)
    patch_vary_headers(response, ["HX-Request"])
    return response


def _place(request: MemberRequest, folder: str) -> Place:
    """Deleted is not everybody's (K63)."""
    if folder == "deleted" and not may_see_deleted(request.member):
        raise Http404
    return Place.parse(folder, request.GET)


def _list_facts(request: MemberRequest, place: Place) -> dict[str, Any]:
    return {**_row_facts(request, place), "heading": heading_of(request.member, place), "filters": list_filters(place)}


def _row_facts(request: MemberRequest, place: Place) -> dict[str, Any]:
    page = list_rows(request.member, place)
    end = {} if page.next_place else end_of_list(request.member, place)
    return {"place": place, "page": page, **end}
