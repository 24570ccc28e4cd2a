"""The mail screen: one view for the page and for its fragments. The address is the truth, see web.mail_address."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST
from django_htmx.http import trigger_client_event

from threads import services
from threads.access import get_thread_for
from threads.models import Thread
from web.mail_address import Place, whole_number
from web.mail_list import end_of_list, heading_of, list_rows, side_of
from web.mail_reader import read_tail, read_thread
from web.members import MemberRequest, member_required
from web.toasts import toast

MAX_SELECTED = 500


def start(request: HttpRequest) -> HttpResponse:
    return redirect("mail_folder", folder="inbox")


@require_GET
@member_required
def folder(request: MemberRequest, folder: str) -> HttpResponse:
    """The screen without an open thread; for htmx the list alone."""
    place = _place(request, folder)
    if request.htmx:
        return _fragment(request, "mail/list.html", _list_facts(request, place))
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
    return _fragment(request, "mail/side.html", side_of(request.member, _place(request, folder)))


@require_GET
@member_required
def thread(request: MemberRequest, folder: str, thread_id: int) -> HttpResponse:
    """The screen with this thread open; for htmx the reader alone. Opening marks as read."""
    place = _place(request, folder)
    found = get_thread_for(request.member, thread_id)
    reader = read_thread(request.member, found, folder=place.folder)
    facts = {"reader": reader, "current_id": found.pk, "place": place}
    if found.unread_count:
        services.mark_read(request.member, [found.pk])
    if request.htmx:
        return _fragment(request, "mail/reader.html", facts)
    return _screen(request, place, facts)


@require_GET
@member_required
def tail(request: MemberRequest, folder: str, thread_id: int) -> HttpResponse:
    """What came to the open thread since it was drawn. A refresh is not reading: nothing is marked."""
    found = get_thread_for(request.member, thread_id)
    reader = read_tail(request.member, found, after=whole_number(request.GET.get("after")) or 0)
    return _fragment(request, "mail/letters.html", {"reader": reader, "place": _place(request, folder)})


@require_POST
@member_required
def mark_read(request: MemberRequest, folder: str) -> HttpResponse:
    services.mark_read(request.member, _selected(request))
    return _refreshed()


@require_POST
@member_required
def mark_unread(request: MemberRequest, folder: str) -> HttpResponse:
    services.mark_read(request.member, _selected(request), is_read=False)
    return _refreshed()


@require_POST
@member_required
def delete(request: MemberRequest, folder: str) -> HttpResponse:
    """Into Deleted, here only: the mail server keeps its letters (K60)."""
    ids = _selected(request)
    count = services.delete_threads(request.member, ids)
    text = ngettext("%(count)s letter deleted", "%(count)s letters deleted", count) % {"count": count}
    chosen = urlencode([("ids", thread_id) for thread_id in ids])
    undo_url = f"{reverse('mail_restore', args=[folder])}?{chosen}" if request.member.is_admin else ""
    return toast(_refreshed(), text, undo_url=undo_url)


@require_POST
@member_required
def restore(request: MemberRequest, folder: str) -> HttpResponse:
    count = services.restore_threads(request.member, _selected(request))
    text = ngettext("%(count)s letter restored", "%(count)s letters restored", count) % {"count": count}
    return toast(_refreshed(), text)


def _screen(request: MemberRequest, place: Place, facts: dict[str, Any]) -> HttpResponse:
    everything = {**_list_facts(request, place), **side_of(request.member, place), **facts}
    response = render(request, "mail/mail.html", everything)
    patch_vary_headers(response, ["HX-Request"])
    return response


def _fragment(request: MemberRequest, template: str, facts: dict[str, Any]) -> HttpResponse:
    response = render(request, template, facts)
    patch_vary_headers(response, ["HX-Request"])
    return response


def _place(request: MemberRequest, folder: str) -> Place:
    """Deleted is the administrators' (K63)."""
    if folder == "deleted" and not request.member.is_admin:
        raise Http404
    return Place.parse(folder, request.GET)


def _list_facts(request: MemberRequest, place: Place) -> dict[str, Any]:
    return {**_row_facts(request, place), "heading": heading_of(request.member, place)}


def _row_facts(request: MemberRequest, place: Place) -> dict[str, Any]:
    page = list_rows(request.member, place)
    end = {} if page.next_place else end_of_list(request.member, place)
    return {"place": place, "page": page, **end}


def _selected(request: MemberRequest) -> list[int]:
    """Threads of theirs. An "undo" carries them in its address, since it has no form."""
    chosen = request.POST.getlist("ids") or request.GET.getlist("ids")
    ids = [number for given in chosen if (number := whole_number(given))]
    threads = Thread.objects.visible_to(request.member).filter(pk__in=ids[:MAX_SELECTED])
    return list(threads.values_list("id", flat=True))


def _refreshed() -> HttpResponse:
    """The lists redraw themselves on this event, as after news from elsewhere."""
    return trigger_client_event(HttpResponse(), "mail-changed", {})
