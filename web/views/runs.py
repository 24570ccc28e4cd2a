"""What triggers and stage actions did, and why they did nothing (M33): the whole list, and on cards and letters."""

from __future__ import annotations

from http import HTTPStatus
from urllib.parse import urlencode

from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_POST

from automation.access import get_trigger_for
from automation.dry_run import dry_run
from automation.models import Run, Trigger
from automation.runs import RunFilters, list_runs
from crm.access import get_contact, get_lead
from crm.custom_fields import MODELS
from crm.models import Card, Contact, Lead
from outbox.models import OutgoingMail
from web.mail_address import whole_number
from web.members import MemberRequest, administrator_required, member_required
from web.paging import page_by_time
from web.run_lines import LOOKS, run_lines
from web.run_words import outcome_words
from web.typed import typed_text

PAGE = 50
FEW = 8  # on a card or under a letter
SUGGESTIONS = 6
TRIED_ON = ("contact", "lead")
STATES = [("", _("All")), *Run.State.choices]


@require_GET
@member_required
def runs(request: MemberRequest) -> HttpResponse:
    """Narrowed by its address: `?state=failed&trigger=4&lead=7`."""
    filters = _filters_of(request.GET)
    page = page_by_time(list_runs(request.member, filters), request.GET.get("page", ""), size=PAGE)
    kept = {name: request.GET[name] for name in ("state", "trigger", *MODELS) if request.GET.get(name)}
    facts = {
        "lines": run_lines(request.member, page.rows),
        "next_place": page.next_place,
        "states": STATES,
        "state": filters.state or "",
        "triggers": Trigger.objects.order_by("name", "pk").only("name"),
        "trigger_id": filters.trigger_id,
        "card": _named_card(filters),
        "card_kind": filters.card[0] if filters.card else "",
        "kept": urlencode(kept),
        "is_narrowed": bool(kept),
    }
    return render(request, "settings/mailer/runs.html", facts)


def _filters_of(query: QueryDict) -> RunFilters:
    """What is no value of a filter is left out."""
    state = query.get("state", "")
    named = ((kind, whole_number(query.get(kind))) for kind in MODELS)
    card = next(((kind, number) for kind, number in named if number), None)
    return RunFilters(
        state=state if state in Run.State.values else None,
        trigger_id=whole_number(query.get("trigger")) or None,
        card=card,
    )


def _named_card(filters: RunFilters) -> Card | None:
    if filters.card is None:
        return None
    kind, card_id = filters.card
    return MODELS[kind].objects.filter(pk=card_id).first()


@require_GET
@member_required
def of_card(request: MemberRequest, kind: str, card_id: int) -> HttpResponse:
    """The last ones, on the page of the card."""
    if kind not in MODELS:
        raise Http404
    found = list_runs(request.member, RunFilters(card=(kind, card_id)))[: FEW + 1]
    facts = {
        "lines": run_lines(request.member, found[:FEW]),
        "all_href": f"{reverse('runs')}?{kind}={card_id}" if len(found) > FEW else "",
    }
    return render(request, "settings/mailer/parts/runs_fold.html", facts)


@require_GET
@member_required
def of_mail(request: MemberRequest, mail_id: int) -> HttpResponse:
    """Under a letter of ours."""
    found = list_runs(request.member, RunFilters(mail_id=mail_id))[:PAGE]
    if not OutgoingMail.objects.visible_to(request.member).filter(pk=mail_id).exists():
        raise Http404
    facts = {"lines": run_lines(request.member, found), "is_of_mail": True}
    return render(request, "settings/mailer/parts/runs_fold.html", facts)


@require_GET
@administrator_required
def cards(request: MemberRequest, trigger_id: int) -> HttpResponse:
    """To try a trigger on."""
    typed = typed_text(request.GET, "card_find")
    contacts = Contact.objects.matching(typed).order_by("name", "pk")[:SUGGESTIONS] if typed else []
    leads = Lead.objects.filter(name__istartswith=typed).order_by("name", "pk")[:SUGGESTIONS] if typed else []
    facts = {
        "trigger": get_trigger_for(request.member, trigger_id),
        "cards": [*(("contact", "user", row) for row in contacts), *(("lead", "kanban", row) for row in leads)],
        "typed": typed,
    }
    return render(request, "settings/mailer/parts/dry_cards.html", facts)


@require_POST
@administrator_required
def try_on_card(request: MemberRequest, trigger_id: int) -> HttpResponse:
    """`card` is "contact:5" or "lead:7"."""
    trigger = get_trigger_for(request.member, trigger_id)
    kind, _colon, number = request.POST.get("card", "").partition(":")
    if kind not in TRIED_ON:
        return HttpResponse(status=HTTPStatus.BAD_REQUEST)
    card = get_lead(number) if kind == "lead" else get_contact(number)
    outcome = dry_run(request.member, trigger, card)
    facts = {
        "card": card,
        "outcome": outcome,
        "words": outcome_words(trigger, outcome),
        "icon": LOOKS[outcome.state][0],
    }
    return render(request, "settings/mailer/parts/dry_answer.html", facts)
