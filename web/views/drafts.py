"""Drafts: their folder, and what the compose script saves, sends and takes back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial, wraps
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django_htmx.http import HttpResponseClientRedirect, trigger_client_event

from accounts.members import MAX_UNDO_SECONDS
from accounts.models import Membership
from automation.choice import usable_choice
from outbox.draft_sending import send_draft, send_draft_to_each
from outbox.drafts import DraftFields, create_draft, delete_draft, drafts_of, get_draft_for, save_draft
from outbox.errors import DraftChanged, DraftNotFound, LetterRefused, WrongState
from outbox.models import Draft, OutgoingMail
from outbox.services import take_back, take_back_all
from web.draft_json import MalformedDraft, draft_json, read_fields, read_json, saved_json
from web.draft_rows import rows_of
from web.mail_address import DRAFTS, Place, whole_number
from web.mail_list import heading_of, side_of
from web.members import MemberRequest, member_required
from web.moments import inline_words
from web.paging import page_by_time, span_by_time
from web.toasts import toast

PAGE = 50
Answer = Callable[..., HttpResponseBase]


def answers_script(view: Answer) -> Answer:
    """What may go wrong with a draft, as the script understands it: the words are shown, the typed text stays.

    409: somebody else signed in, or another account was chosen, in this browser since the page was loaded.
    """

    @wraps(view)
    def answer(request: MemberRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.headers.get("X-Member", str(request.member.pk)) != str(request.member.pk):
            return _problem(HTTPStatus.CONFLICT, _("You are signed in as somebody else now. Reload the page."))
        try:
            return view(request, *args, **kwargs)
        except MalformedDraft:
            return HttpResponse(status=HTTPStatus.BAD_REQUEST)
        except DraftNotFound:
            return _problem(HTTPStatus.NOT_FOUND, _("This draft was sent or deleted in another window."))
        except DraftChanged as error:
            return _conflict(error.current)
        except LetterRefused as error:
            return _problem(HTTPStatus.UNPROCESSABLE_ENTITY, error.message, field=error.field)

    return member_required(answer)


def _problem(status: HTTPStatus, message: str, field: str = "") -> JsonResponse:
    return JsonResponse({"message": message, "field": field}, status=status)


def _conflict(current: Draft) -> JsonResponse:
    words = _("This draft was changed in another window, %(when)s.") % {"when": inline_words(current.updated_at)}
    return JsonResponse({"message": words, "current": draft_json(current)}, status=HTTPStatus.PRECONDITION_FAILED)


@require_GET
@member_required
def letters(request: MemberRequest) -> HttpResponse:
    place = _place(request)
    facts = {"heading": heading_of(request.member, place), **_page_facts(request, place)}
    return render(request, "mail/drafts.html", {**side_of(request, place), **facts})


@require_GET
@member_required
def rows(request: MemberRequest) -> HttpResponse:
    """One page: the next one, or one that is drawn anew after a change. That one keeps its ends: pages stay joined."""
    return render(request, "mail/draft_rows.html", _page_facts(request, _place(request)))


@require_GET
@member_required
def side(request: MemberRequest) -> HttpResponse:
    return render(request, "mail/side.html", side_of(request, _place(request)))


def _place(request: MemberRequest) -> Place:
    return Place.parse(DRAFTS, request.GET)


def _page_facts(request: MemberRequest, place: Place) -> dict[str, Any]:
    start, end = request.GET.get("from", ""), request.GET.get("until", "")
    mine = drafts_of(request.member)
    if place.mailbox_id:
        mine = mine.filter(mailbox=place.mailbox_id)
    by_change = {"field": "updated_at"}
    page = span_by_time(mine, start, end, **by_change) if end else page_by_time(mine, start, size=PAGE, **by_change)
    return {
        "place": place,
        "rows": rows_of(page.rows),
        "again_url": _rows_url(place, start, end or page.next_place),
        "next_url": _rows_url(place, page.next_place) if page.next_place else "",
    }


def _rows_url(place: Place, start: str, end: str = "") -> str:
    facts = {"mailbox": place.mailbox_id, "from": start, "until": end}
    return f"{reverse('drafts_rows')}?{urlencode({name: fact for name, fact in facts.items() if fact})}"


@require_POST
@member_required
def discard(request: MemberRequest, draft_id: int) -> HttpResponse:
    """From the list."""
    delete_draft(request.member, draft_id)
    return toast(trigger_client_event(HttpResponse(), "drafts-changed", {}), _("Draft discarded"))


@require_POST
@answers_script
def create(request: MemberRequest) -> HttpResponse:
    return _saved(create_draft(request.member, _typed(request)), HTTPStatus.CREATED)


@require_http_methods(["PUT"])
@answers_script
def save(request: MemberRequest, draft_id: int) -> HttpResponse:
    """`If-Match` carries the version that was read; without it what is there is overwritten."""
    return _saved(save_draft(request.member, draft_id, _typed(request), _version(request)))


def _typed(request: MemberRequest) -> DraftFields:
    """Raises MalformedDraft."""
    fields = read_fields(read_json(request.body))
    return replace(fields, triggers=usable_choice(request.member, fields.triggers))


def _version(request: MemberRequest) -> int | None:
    return whole_number(request.headers.get("If-Match", "").strip('"'))


def _saved(draft: Draft, status: HTTPStatus = HTTPStatus.OK) -> HttpResponse:
    return trigger_client_event(JsonResponse(saved_json(draft), status=status), "drafts-changed", {})


@require_POST
@answers_script
def delete(request: MemberRequest, draft_id: int) -> HttpResponse:
    delete_draft(request.member, draft_id)
    response = toast(HttpResponse(), _("Draft discarded"))
    return trigger_client_event(response, "drafts-changed", {})


@require_POST
@answers_script
def send(request: MemberRequest, draft_id: int) -> HttpResponse:
    seconds = undo_seconds_of(request.member)
    version = _version(request)
    if get_draft_for(request.member, draft_id).is_to_each:
        mails = send_draft_to_each(request.member, draft_id, version, undo_seconds=seconds)
        undo_url = reverse("draft_undo", args=[draft_id])
    else:
        mails = [send_draft(request.member, draft_id, version, undo_seconds=seconds)]
        undo_url = reverse("outbox_undo", args=[mails[0].pk])
    is_waiting = mails[0].due_at > timezone.now()
    response = _mail_changed(HttpResponse())
    return toast(response, _sent_words(mails), undo_url=undo_url if is_waiting else "", seconds=seconds or 5)


def _mail_changed(response: HttpResponse) -> HttpResponse:
    for event in ("mail-changed", "drafts-changed"):
        trigger_client_event(response, event, {})
    return response


def undo_seconds_of(member: Membership) -> int:
    return settings.UNDO_SECONDS if member.undo_seconds is None else member.undo_seconds


def _sent_words(mails: Sequence[OutgoingMail]) -> str:
    mail, count = mails[0], len(mails)
    facts = {"count": count, "when": inline_words(mail.due_at)}
    if (mail.due_at - mail.created_at).total_seconds() < MAX_UNDO_SECONDS:
        words = ngettext("%(count)s letter is on its way", "%(count)s letters are on their way", count)
        return words % facts if count > 1 else _("The letter goes out")
    words = ngettext("%(count)s letter goes out %(when)s", "%(count)s letters go out %(when)s", count)
    return words % facts if count > 1 else _("It goes out %(when)s") % facts


@require_POST
@member_required
def undo(request: MemberRequest, mail_id: int) -> HttpResponse:
    """Take a letter back before it is sent, to write on in it. `?leave=1`: where there is no editor."""
    return _undone(request, partial(take_back, request.member, mail_id))


@require_POST
@member_required
def undo_each(request: MemberRequest, draft_id: int) -> HttpResponse:
    """Take all letters of a draft to each back."""
    return _undone(request, partial(take_back_all, request.member, draft_id))


def _undone(request: MemberRequest, take: Callable[[], Draft]) -> HttpResponse:
    try:
        draft = take()
    except WrongState as error:
        return toast(HttpResponse(), error.message, tone="bad")
    if "leave" in request.GET:
        return HttpResponseClientRedirect(f"{reverse('mail_folder', args=['inbox'])}?compose=&draft={draft.pk}")
    response = trigger_client_event(HttpResponse(), "letter-undone", {"draft": draft.pk})
    return toast(_mail_changed(response), _("Sending undone"))
