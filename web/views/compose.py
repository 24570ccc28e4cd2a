"""The compose dialog, and what it asks for while somebody writes: people, fields, templates, how it will look."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpResponse, JsonResponse, QueryDict
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_GET, require_POST

from crm.models import CARDS
from letter_templates.errors import TemplateRefused
from letter_templates.fields import picker_groups
from mailboxes import limits
from mailboxes.access import get_mailbox_for
from mailboxes.errors import TooManyTries
from outbox.drafts import DraftFields, letter_for
from outbox.errors import LetterRefused, TooManyPeople
from outbox.merging import values_for
from outbox.models import Suppression
from outbox.previewing import preview as preview_letter
from outbox.requests import MAX_RECIPIENTS
from outbox.suppression import BadAddress, warnings_for
from outbox.writing_to_each import addressees_of, check_count
from threads.correspondents import suggest_people
from web.composed_page import POLICY, preview_page, refused_page, sheet_page
from web.draft import (
    OpenLetter,
    cards_of_letter,
    forward_letter,
    letter_to_each,
    new_letter,
    open_draft,
    reply_letter,
    signature_text,
)
from web.draft_json import MalformedDraft, local_text, read_chosen, read_fields, read_json
from web.letter_cards import card_asked, people_of
from web.mail_address import whole_number
from web.members import MemberRequest, member_required
from web.send_times import send_times
from web.senders import Sender, list_senders
from web.typed import typed_text


@require_GET
@member_required
def compose(request: MemberRequest) -> HttpResponse:
    """The dialog. Whoever opens its address in the browser comes to the screen that it stands on, and finds it open."""
    if request.accepts("text/html") and "Accept" in request.headers and not request.htmx:
        return redirect(_on_the_screen(request.GET))
    senders = list_senders(request.member)
    if not senders:
        return render(request, "mail/compose_nothing.html")
    letter = _opened(request, senders)
    facts = {
        "letter": letter,
        "state": letter.as_json(request.member),
        "senders": senders,
        "times": send_times(timezone.localtime()),
        "now": local_text(timezone.now()),
        "limits": limits_of_letters(),
    }
    return render(request, "mail/compose.html", facts)


def _on_the_screen(asked: QueryDict) -> str:
    """What mail.js reads there: see wantedLetter."""
    names = (name for name in ("draft", "forward", "reply", "all", *CARDS) if asked.get(name))
    query = urlencode({"compose": asked.get("to", ""), **{name: asked[name] for name in names}})
    return f"{reverse('mail_folder', args=['inbox'])}?{query}"


def limits_of_letters() -> dict[str, int]:
    """In bytes, said before anything is sent (M16, M21)."""
    return {
        "files": settings.ATTACHMENTS_MAX_BYTES,
        "picture": settings.IMAGE_MAX_BYTES,
        "body": settings.BODY_MAX_BYTES,
    }


def _opened(request: MemberRequest, senders: list[Sender]) -> OpenLetter:
    asked = request.GET
    if asked.get("draft"):
        return open_draft(request.member, asked["draft"])
    if asked.get("forward"):
        return forward_letter(request.member, asked["forward"])
    if asked.get("reply"):
        return reply_letter(request.member, asked["reply"], to_all=asked.get("all") == "1")
    if asked.get("each"):
        return letter_to_each(senders)
    return new_letter(senders, to=asked.get("to", ""), card=card_asked(asked))


@require_POST
@member_required
@xframe_options_sameorigin
def sheet(request: MemberRequest) -> HttpResponse:
    """The HTML that is being typed as it will look, without its fields filled in: posted into a frame."""
    typed = (request.POST.get(name, "") for name in ("body", "pictures", "theme"))
    page = sheet_page(request.member, *typed)
    return _in_frame(HttpResponse(page))


@require_POST
@member_required
@xframe_options_sameorigin
def preview(request: MemberRequest) -> HttpResponse:
    """The letter as its reader will see it (M18), posted into a frame. Nothing is stored."""
    try:
        limits.check(request.member, "preview")
        fields = read_fields(read_json(request.POST.get("fields", "")))
        reader = _reader(fields, whole_number(request.POST.get("person")))
        shown = preview_letter(request.member, reader.fields)
    except MalformedDraft:
        return HttpResponse(status=HTTPStatus.BAD_REQUEST)
    except TooManyTries as error:
        return _refused(str(error), HTTPStatus.TOO_MANY_REQUESTS)
    except (LetterRefused, TemplateRefused) as error:
        return _refused(error.message, HTTPStatus.UNPROCESSABLE_ENTITY)
    page = preview_page(request.member, shown, request.POST.get("theme", ""), above=reader.steps)
    return _in_frame(HttpResponse(page))


@dataclass(frozen=True, slots=True)
class _Reader:
    """Whose letter is looked at. `steps`: of one to each, markup that leads to the one before and the next."""

    fields: DraftFields
    steps: str = ""


def _reader(fields: DraftFields, contact_id: int | None) -> _Reader:
    """The person asked for, or the first one."""
    if fields.to_each is None:
        return _Reader(fields)
    people = addressees_of(fields.to_each).people
    at = next((number for number, one in enumerate(people) if one.contact_id == contact_id), 0)
    person = people[at] if people else None
    around = {
        "person": person,
        "number": at + 1,
        "count": len(people),
        "before": people[at - 1] if at else None,
        "after": people[at + 1] if at + 1 < len(people) else None,
    }
    return _Reader(letter_for(fields, person), render_to_string("mail/compose_steps.html", around))


def _refused(words: str, status: HTTPStatus) -> HttpResponse:
    return _in_frame(HttpResponse(refused_page(words), status=status))


def _in_frame(response: HttpResponse) -> HttpResponse:
    response["Content-Security-Policy"] = POLICY
    return response


@require_GET
@member_required
def signature(request: MemberRequest) -> JsonResponse:
    """What will stand below a letter from this mailbox."""
    return JsonResponse({"text": signature_text(request.member, whole_number(request.GET.get("mailbox")))})


@require_GET
@member_required
def people(request: MemberRequest) -> HttpResponse:
    """Contacts and correspondents by what is typed of a name or an address; before that, all of its card."""
    typed = next(filter(None, (typed_text(request.GET, f"{name}_typing") for name in ("to", "cc", "bcc"))), "")
    card = card_asked(request.GET)
    found = suggest_people(request.member, typed) if typed else people_of(card) if card else []
    return render(request, "mail/people.html", {"people": found})


@require_POST
@member_required
def recipients(request: MemberRequest) -> HttpResponse:
    """Words about those of the addresses that letters came back from, or that want none."""
    try:
        given = read_json(request.body).get("addresses")
    except MalformedDraft:
        return HttpResponse(status=HTTPStatus.BAD_REQUEST)
    addresses = [one for one in given if isinstance(one, str)][:MAX_RECIPIENTS] if isinstance(given, list) else []
    bad = warnings_for(addresses)
    return JsonResponse({"warnings": {address.lower(): _warning_words(known) for address, known in bad.items()}})


@require_POST
@member_required
def each(request: MemberRequest) -> HttpResponse:
    """The people that a letter to each goes to, and those who get none, with the reason."""
    try:
        chosen = read_chosen(read_json(request.body)) or []
        check_count(chosen)
    except (MalformedDraft, TooManyPeople):
        return HttpResponse(status=HTTPStatus.BAD_REQUEST)
    return render(request, "mail/compose_each.html", {"found": addressees_of(chosen)})


def _warning_words(known: BadAddress) -> str:
    facts = {"address": known.address, "date": date_format(timezone.localtime(known.since), "DATE_FORMAT")}
    if known.reason == Suppression.Reason.UNSUBSCRIBED:
        return _("%(address)s wants no mail since %(date)s.") % facts
    return _("Letters to %(address)s came back on %(date)s.") % facts


@require_POST
@member_required
def fields(request: MemberRequest) -> HttpResponse:
    """The merge fields there are, with what they would say in this letter."""
    try:
        draft = read_fields(read_json(request.body))
    except MalformedDraft:
        return HttpResponse(status=HTTPStatus.BAD_REQUEST)
    mailbox = get_mailbox_for(request.member, draft.mailbox_id) if draft.mailbox_id else None
    contact, lead = cards_of_letter(draft)
    values = values_for(request.member, mailbox, contact=contact, lead=lead)
    return render(request, "mail/compose_fields.html", {"groups": picker_groups(), "values": values})
