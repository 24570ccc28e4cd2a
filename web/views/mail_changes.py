"""What people do with conversations of the list: read, unread, delete, restore, merge, split; and its undo."""

from __future__ import annotations

from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST
from django_htmx.http import trigger_client_event

from threads import services
from threads.errors import RearrangingRefused
from threads.models import Message, Thread
from threads.rearranging import Rearranged, merge_threads, split_thread
from web.mail_address import Place, whole_number
from web.mail_list import threads_at
from web.members import MemberRequest, member_required
from web.toasts import toast
from web.undo import undo, undo_url_of_deleting, undo_url_of_marking, undo_url_of_rearranging

MAX_SELECTED = 5_000


@require_GET
@member_required
def select_all(request: MemberRequest, folder: str) -> HttpResponse:
    """How many conversations the whole list has, and the field that says that all of them are meant."""
    count = threads_at(request.member, Place.parse(folder, request.GET))[: MAX_SELECTED + 1].count()
    return render(request, "mail/all_selected.html", {"count": min(count, MAX_SELECTED), "most": MAX_SELECTED})


@require_POST
@member_required
def mark_read(request: MemberRequest, folder: str) -> HttpResponse:
    return _mark(request, folder, is_read=True)


@require_POST
@member_required
def mark_unread(request: MemberRequest, folder: str) -> HttpResponse:
    return _mark(request, folder, is_read=False)


@require_POST
@member_required
def delete(request: MemberRequest, folder: str) -> HttpResponse:
    """Into Deleted, here only: the mail server keeps its letters (K60). With `letter` that one alone."""
    kept = Message.objects.visible_to(request.member).kept()
    is_one = "letter" in request.POST
    meant = Q(pk=_number(request, "letter")) if is_one else Q(thread__in=_selected(request, folder))
    ids = list(kept.filter(meant).values_list("pk", flat=True))
    count = services.delete_messages(request.member, ids)
    text = ngettext("%(count)s letter deleted", "%(count)s letters deleted", count) % {"count": count}
    undo_url = undo_url_of_deleting(request.member, ids, is_one=is_one)
    return toast(_redrawn(request, folder), text, undo_url=undo_url)


@require_POST
@member_required
def restore(request: MemberRequest, folder: str) -> HttpResponse:
    """With `letter` that one alone."""
    if "letter" in request.POST:
        count = services.restore_messages(request.member, [_number(request, "letter")])
    else:
        count = services.restore_threads(request.member, _selected(request, folder))
    text = ngettext("%(count)s letter restored", "%(count)s letters restored", count) % {"count": count}
    return toast(_redrawn(request, folder), text)


def _redrawn(request: MemberRequest, folder: str) -> HttpResponse:
    """After a change of one letter the open conversation is drawn anew, or left where the folder has no more of it."""
    letters = Message.objects.visible_to(request.member)
    letter = letters.filter(pk=_number(request, "letter")).first()
    if letter is None:
        return refreshed()
    has_more = letters.filter(thread=letter.thread_id, deleted_at__isnull=folder != "deleted").exists()
    return trigger_client_event(refreshed(), "rearranged" if has_more else "thread-gone", {"thread": letter.thread_id})


@require_POST
@member_required
def merge(request: MemberRequest, folder: str) -> HttpResponse:
    """Into the conversation with the newest letter (G01)."""
    ids = _selected(request, folder)
    threads = Thread.objects.filter(pk__in=ids).order_by("-last_message_at", "-id").values_list("pk", flat=True)
    try:
        made = merge_threads(request.member, next(iter(threads), 0), ids)
    except RearrangingRefused as error:
        return toast(HttpResponse(), error.message, tone="bad")
    text = ngettext("%(count)s conversation merged", "%(count)s conversations merged", len(ids)) % {"count": len(ids)}
    return _rearranged(request, made, text)


@require_POST
@member_required
def split(request: MemberRequest, folder: str, thread_id: int) -> HttpResponse:
    """One letter; with `on`, the later ones too."""
    start = Message.objects.visible_to(request.member).filter(thread=thread_id, pk=_number(request, "message")).first()
    letters = Message.objects.visible_to(request.member).kept().filter(thread=thread_id)
    leaving = []
    if start is not None:
        later = letters.filter(received_at__gte=start.received_at).exclude(
            received_at=start.received_at, pk__lt=start.pk
        )
        leaving = list((later if "on" in request.POST else letters.filter(pk=start.pk)).values_list("pk", flat=True))
    try:
        made = split_thread(request.member, thread_id, leaving)
    except RearrangingRefused as error:
        return toast(HttpResponse(), error.message, tone="bad")
    return _rearranged(request, made, _("It has a conversation of its own now"))


@require_POST
@member_required
def undo_change(request: MemberRequest, secret: str) -> HttpResponse:
    undone = undo(request.member, secret)
    if not undone.count:
        return toast(refreshed(), _("It is too late to undo that"), tone="bad")
    response = trigger_client_event(refreshed(), "rearranged", {}) if undone.is_rearranged else refreshed()
    return toast(response, _("Everything is as it was"))


def refreshed() -> HttpResponse:
    """The lists redraw themselves on this event, as after news from elsewhere."""
    return trigger_client_event(HttpResponse(), "mail-changed", {})


def _mark(request: MemberRequest, folder: str, *, is_read: bool) -> HttpResponse:
    ids = services.list_to_mark(request.member, _selected(request, folder), is_read=is_read)
    services.mark_messages(request.member, ids, is_read=is_read)
    if not ids:
        return refreshed()
    text = _("Marked as read") if is_read else _("Marked as unread")
    return toast(refreshed(), text, undo_url=undo_url_of_marking(request.member, ids, is_read=is_read))


def _rearranged(request: MemberRequest, made: Rearranged, text: str) -> HttpResponse:
    """The open conversation may be another one now: the page follows to where the letters are."""
    response = trigger_client_event(refreshed(), "rearranged", {"thread": made.thread.pk})
    return toast(response, text, undo_url=undo_url_of_rearranging(request.member, made), seconds=10)


def _selected(request: MemberRequest, folder: str) -> list[int]:
    """Threads of theirs: those that were chosen, or all that the list has."""
    if "all" in request.POST:
        return list(
            threads_at(request.member, Place.parse(folder, request.POST)).values_list("id", flat=True)[:MAX_SELECTED]
        )
    ids = [number for given in request.POST.getlist("ids") if (number := whole_number(given))]
    threads = Thread.objects.visible_to(request.member).filter(pk__in=ids[:MAX_SELECTED])
    return list(threads.values_list("id", flat=True))


def _number(request: MemberRequest, name: str) -> int:
    return whole_number(request.POST.get(name)) or 0
