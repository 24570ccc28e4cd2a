"""Tasks of all cards: what is overdue, what is for today, and what was done."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus
from itertools import groupby
from typing import Any

from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django_htmx.http import trigger_client_event

from accounts.models import Membership
from crm.access import get_task
from crm.errors import ValueRefused
from crm.models import Task
from crm.querysets import TaskQuerySet
from crm.tasks import change_task, complete_task, delete_task, reopen_task
from web.forms.card_lists import people_choices
from web.forms.tasks import TaskForm, quick_times
from web.mail_address import whole_number
from web.members import MemberRequest, member_required
from web.paging import page_sorted
from web.toasts import close_dialog, toast

PAGE = 50
MINE, ALL = "mine", "all"


@dataclass(frozen=True, slots=True)
class Heading:
    """The tasks of a page that stand under the same words."""

    words: str
    is_late: bool
    tasks: list[Task]


@require_GET
@member_required
def tasks(request: MemberRequest) -> HttpResponse:
    """`?whose=` is mine (by itself), all or a member's id; `?done=1` shows what was done. For htmx the rows alone."""
    whose, is_done = request.GET.get("whose", MINE) or MINE, request.GET.get("done") == "1"
    rows = _of(Task.objects.for_list(), request.member, whose)
    rows, ordering = (rows.done(), ("-done_at", "-id")) if is_done else (rows.to_do(), ("due_at", "id"))
    page = page_sorted(rows, request.GET.get("after", ""), ordering, size=PAGE)
    facts = {
        "headings": _headings(page.rows, timezone.localtime(), is_done=is_done),
        "next_place": page.next_place,
        "whose": whose,
        "is_done": is_done,
        "now": timezone.now(),
    }
    if request.htmx and not request.htmx.history_restore_request:
        return render(request, "tasks/rows.html", facts)
    return render(request, "tasks/tasks.html", {**facts, "people": people_choices()})


@require_GET
@member_required
def count(request: MemberRequest) -> HttpResponse:
    """The number at the rail, as a fragment, and beside it that at the tab bar of the phone."""
    return render(request, "tasks/counts.html")


@require_http_methods(["GET", "POST"])
@member_required
def task(request: MemberRequest, task_id: int) -> HttpResponse:
    """The dialog: changing it, and saying what came of it."""
    found = get_task(task_id)
    form = TaskForm(found, request.POST or None)
    if request.method == "POST" and form.is_valid() and _is_saved(request, found, form):
        return _changed(close_dialog(toast(HttpResponse(), _("Saved."))))
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    facts = {"task": found, "form": form, "times": quick_times(timezone.localtime())}
    return render(request, "tasks/dialog.html", facts, status=status)


def _is_saved(request: MemberRequest, found: Task, form: TaskForm) -> bool:
    """ "Done" in the dialog completes it with what was typed."""
    result = form.cleaned_data["result"]
    try:
        with transaction.atomic():
            changed = change_task(request.member, found, form.values())
            if "complete" in request.POST or changed.is_done:
                complete_task(request.member, changed, result)
    except ValueRefused as error:
        form.add_error(error.field, error.message)
        return False
    return True


@require_POST
@member_required
def done(request: MemberRequest, task_id: int) -> HttpResponse:
    """Ticked in the list; the toast opens it again."""
    found = complete_task(request.member, get_task(task_id))
    undo_url = request.path.replace("/done/", "/reopen/")
    return _changed(toast(HttpResponse(), _("Done: %(kind)s") % {"kind": found.type.name}, undo_url=undo_url))


@require_POST
@member_required
def reopen(request: MemberRequest, task_id: int) -> HttpResponse:
    reopen_task(get_task(task_id))
    return _changed(close_dialog(toast(HttpResponse(), _("It is to be done again."))))


@require_POST
@member_required
def delete(request: MemberRequest, task_id: int) -> HttpResponse:
    delete_task(get_task(task_id))
    return _changed(close_dialog(toast(HttpResponse(), _("The task is deleted."))))


def _of(rows: TaskQuerySet, member: Membership, whose: str) -> TaskQuerySet:
    """An id that names nobody has no tasks."""
    if whose == ALL:
        return rows
    return rows.filter(responsible=member.pk if whose == MINE else whole_number(whose) or 0)


def _headings(rows: Iterable[Task], now: datetime, *, is_done: bool) -> list[Heading]:
    if is_done:
        found = list(rows)
        return [Heading(_("Done"), is_late=False, tasks=found)] if found else []
    groups = groupby(rows, lambda each: _heading_of(each, now))
    return [Heading(words, is_late, list(group)) for (words, is_late), group in groups]


def _heading_of(each: Task, now: datetime) -> tuple[str, bool]:
    day = timezone.localtime(each.due_at).date()
    if each.due_at < now:
        return _("Overdue"), True
    if day == now.date():
        return _("Today"), False
    return (_("Tomorrow") if day == now.date() + timedelta(days=1) else _("Later")), False


def _changed(answer: HttpResponse) -> Any:  # noqa: ANN401  (the response itself)
    """The lists redraw themselves on this event, here and on a card."""
    return trigger_client_event(trigger_client_event(answer, "tasks-changed", {}), "card-changed", {})
