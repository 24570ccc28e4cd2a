"""Notes on cards, and what is to be done about them."""

from __future__ import annotations

from http import HTTPStatus

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST
from django_htmx.http import trigger_client_event

from crm.access import get_card, get_note
from crm.errors import ValueRefused
from crm.models import Note
from crm.notes import change_note, create_note, delete_note, may_change
from crm.tasks import create_task
from threads.timeline import Entry, Kind
from web.card_page import task_facts
from web.card_timeline import Line
from web.forms.card_tasks import CardTaskForm
from web.members import MemberRequest, member_required
from web.toasts import close_dialog, toast


@require_POST
@member_required
def create(request: MemberRequest, card_type: str, card_id: int) -> HttpResponse:
    """The empty composer again; the timeline then reads itself anew."""
    card, text = get_card(card_type, card_id), request.POST.get("text", "")
    facts = {"card": card, "card_type": card_type}
    try:
        create_note(card, text, author=request.member)
    except ValueRefused as refusal:
        facts |= {"error": refusal.message, "text": text}
        return render(request, "crm/card/note_composer.html", facts, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    return _changed(toast(render(request, "crm/card/note_composer.html", facts), _("The note stands on the card.")))


@require_http_methods(["GET", "POST"])
@member_required
def change(request: MemberRequest, note_id: int) -> HttpResponse:
    """GET: the note with its text open, or with `?shown` as it stands."""
    note = get_note(note_id)
    if "shown" in request.GET:
        return _shown(request, note)
    facts, status = {"note": note, "text": note.text}, HTTPStatus.OK
    if request.method == "POST":
        try:
            return _shown(request, change_note(request.member, note, request.POST.get("text", "")))
        except ValueRefused as refusal:
            facts = {"note": note, "text": request.POST.get("text", ""), "error": refusal.message}
            status = HTTPStatus.UNPROCESSABLE_ENTITY
    return render(request, "crm/card/note_form.html", facts, status=status)


@require_http_methods(["GET", "POST"])
@member_required
def delete(request: MemberRequest, note_id: int) -> HttpResponse:
    """GET: the question."""
    note = get_note(note_id)
    if request.method == "GET":
        return render(request, "crm/card/note_delete.html", {"note": note})
    delete_note(request.member, note)
    return _changed(close_dialog(toast(HttpResponse(), _("The note is deleted."))))


@require_http_methods(["GET", "POST"])
@member_required
def tasks(request: MemberRequest, card_type: str, card_id: int) -> HttpResponse:
    """What is to be done about the card; POST adds to it."""
    card = get_card(card_type, card_id)
    if request.method == "GET":
        return render(request, "crm/card/tasks.html", task_facts(card, request.member))
    form = CardTaskForm(request.member, request.POST)
    if not form.is_valid():
        facts = task_facts(card, request.member, form)
        return render(request, "crm/card/tasks.html", facts, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    create_task(card, form.values(), member=request.member)
    return _changed(render(request, "crm/card/tasks.html", task_facts(card, request.member)))


def _shown(request: MemberRequest, note: Note) -> HttpResponse:
    line = Line(Entry(Kind.NOTE, note.created_at, note), may_change=may_change(request.member, note))
    return render(request, "crm/card/note.html", {"line": line, "now": timezone.now()})


def _changed(answer: HttpResponse) -> HttpResponse:
    return trigger_client_event(answer, "card-changed", {})
