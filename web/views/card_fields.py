"""Fields of a card, changed where they stand: each is saved alone."""

from __future__ import annotations

from functools import partial
from http import HTTPStatus

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST
from django_htmx.http import trigger_client_event

from accounts.models import Membership
from crm.access import get_card
from crm.card_changes import change_card
from crm.errors import ValueRefused
from crm.models import Card, Contact
from crm.tags import set_tags, tags_of
from threads.linking import count_card_mail
from web.card_facts import fact_of
from web.card_page import tag_facts
from web.forms.card_fields import field_form
from web.members import MemberRequest, member_required
from web.toasts import toast


@require_http_methods(["GET", "POST"])
@member_required
def field(request: MemberRequest, card_type: str, card_id: int, field_name: str) -> HttpResponse:
    """GET: its inputs, or with `?shown` the field as it stands. POST saves it; what is refused stays as typed."""
    card = get_card(card_type, card_id)
    form = field_form(card, field_name, request.POST if request.method == "POST" else None)
    if "shown" in request.GET:
        return _shown(request, card, field_name)
    if request.method == "POST":
        before = _count_mail(request.member, card, field_name)
        if saved := form.changed(partial(change_card, card, member=request.member)):
            answer = _shown(request, get_card(card_type, card_id), field_name)
            return _told(answer, _count_mail(request.member, saved, field_name) - before)
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    facts = {"form": form, "fact": fact_of(card, field_name), "card_type": card_type, "ticked": _ticked(form)}
    return render(request, "crm/card/field_form.html", facts, status=status)


@require_POST
@member_required
def tags(request: MemberRequest, card_type: str, card_id: int) -> HttpResponse:
    """`add` and `remove` are names; both may be there."""
    card, error = get_card(card_type, card_id), ""
    added, removed = request.POST.get("add", "").strip(), request.POST.get("remove", "")
    names = [name for name in tags_of(card) if name != removed]
    try:
        set_tags(card, [*names, added] if added else names)
    except ValueRefused as refusal:
        error = refusal.message
    facts = {**tag_facts(get_card(card_type, card_id)), "error": error, "typed": added if error else ""}
    status = HTTPStatus.UNPROCESSABLE_ENTITY if error else HTTPStatus.OK
    return render(request, "crm/card/tags.html", facts, status=status)


def _shown(request: MemberRequest, card: Card, name: str) -> HttpResponse:
    return render(request, "crm/card/field.html", {"fact": fact_of(card, name)})


def _ticked(form: object) -> list[Contact]:
    ticked = getattr(form, "ticked", None)
    return ticked() if ticked and "contacts" in getattr(form, "fields", {}) else []


def _count_mail(member: Membership, card: Card, name: str) -> int:
    return count_card_mail(member, card) if name == "emails" and isinstance(card, Contact) else 0


def _told(answer: HttpResponse, new_letters: int) -> HttpResponse:
    """The timeline reads itself anew. G02: how many letters came to the card, of those this member may see."""
    trigger_client_event(answer, "card-changed", {})
    if new_letters <= 0:
        return answer
    words = ngettext(
        "%(count)s letter that was here already stands on the card.",
        "%(count)s letters that were here already stand on the card.",
        new_letters,
    )
    return toast(answer, words % {"count": new_letters})
