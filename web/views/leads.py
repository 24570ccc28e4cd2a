"""Leads: by stage, creating, changing, moving on, deleting."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from http import HTTPStatus

from django.contrib import messages
from django.db.models import Count, Sum
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from crm.access import get_lead, get_pipeline, get_stage
from crm.models import Contact, Lead, Pipeline, Stage
from crm.services import change_lead, create_lead, default_stage, delete_lead, move_lead
from web.forms.crm import LeadForm
from web.lead_cards import LeadCard, cards_of, tone_of
from web.members import MemberRequest, member_required
from web.paging import page_by_time
from web.typed import typed_text

PAGE = 20  # of a stage
SUGGESTED = 8


@dataclass(frozen=True)
class Column:
    """A stage with its newest leads."""

    stage: Stage
    tone: str
    count: int
    total: Decimal | None
    cards: Sequence[LeadCard]
    next_place: str


@require_GET
@member_required
def leads(request: MemberRequest) -> HttpResponse:
    """A pipeline, stage by stage; for htmx the next leads of one stage."""
    if request.htmx and not request.htmx.history_restore_request:
        column = _column(get_stage(request.GET.get("stage", "")), request.GET.get("before", ""))
        return render(request, "crm/parts/lead_rows.html", {"column": column})
    pipelines = list(Pipeline.objects.all()) or [default_stage().pipeline]
    named = request.GET.get("pipeline", "")
    pipeline = get_pipeline(named) if named else pipelines[0]
    columns = [_column(stage) for stage in pipeline.stages.all()]
    facts = {
        "pipelines": pipelines,
        "pipeline": pipeline,
        "columns": columns,
        "has_leads": any(c.count for c in columns),
    }
    return render(request, "crm/leads.html", facts)


def _column(stage: Stage, place: str = "") -> Column:
    own = Lead.objects.filter(stage=stage)
    sums = own.aggregate(count=Count("pk"), total=Sum("price"))
    page = page_by_time(own.for_list(), place, size=PAGE)
    return Column(stage, tone_of(stage), sums["count"], sums["total"], cards_of(page.rows), page.next_place)


@require_http_methods(["GET", "POST"])
@member_required
def create(request: MemberRequest) -> HttpResponse:
    """`?contact=` names the card it is begun from."""
    stage = default_stage()
    form = LeadForm(request.POST or None, initial={**_begun_from(request), "stage": request.GET.get("stage", stage.pk)})
    if request.method == "POST" and (saved := form.saved(create_lead)):
        messages.success(request, _("%(name)s is saved.") % {"name": saved.name})
        return redirect(_back(request, saved))
    return _form_page(request, form, None)


def _begun_from(request: MemberRequest) -> dict[str, object]:
    number = request.GET.get("contact", "")
    found = Contact.objects.for_list().filter(pk=number).first() if number.isdigit() and len(number) < 19 else None
    if found is None:
        return {"responsible": request.member.pk}
    company = found.company.name if found.company else ""
    return {"responsible": request.member.pk, "contacts": [found.pk], "company": company}


@require_http_methods(["GET", "POST"])
@member_required
def edit(request: MemberRequest, lead_id: int) -> HttpResponse:
    found = get_lead(lead_id)
    form = LeadForm(request.POST or None, initial=LeadForm.initial_of(found))
    if request.method == "POST" and (saved := form.saved(partial(change_lead, found))):
        messages.success(request, _("%(name)s is saved.") % {"name": saved.name})
        return redirect(_back(request, saved))
    return _form_page(request, form, found)


def _form_page(request: MemberRequest, form: LeadForm, found: Lead | None) -> HttpResponse:
    facts = {
        "form": form,
        "lead": found,
        "ticked": form.ticked(),
        "next": _own_place(request, request.GET.get("next", "")),
    }
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    return render(request, "crm/lead_form.html", facts, status=status)


@require_GET
@member_required
def contact_options(request: MemberRequest) -> HttpResponse:
    """For the lead form: those ticked, and those whom the typed text finds."""
    ids = [value for value in request.GET.getlist("contacts") if value.isdigit() and len(value) < 19]
    typed = typed_text(request.GET, "find")
    ticked = Contact.objects.for_list().filter(pk__in=ids)
    found = (
        Contact.objects.matching(typed).for_list().exclude(pk__in=ids).order_by("name", "pk")[:SUGGESTED]
        if typed
        else []
    )
    return render(request, "crm/parts/contact_options.html", {"ticked": ticked, "found": found, "typed": typed})


@require_POST
@member_required
def move(request: MemberRequest, lead_id: int) -> HttpResponse:
    found = get_lead(lead_id)
    stage = get_stage(request.POST.get("stage", ""))
    move_lead(found, stage)
    messages.success(request, _("%(lead)s stands in “%(stage)s” now.") % {"lead": found.name, "stage": stage.name})
    return redirect(_back(request, found))


@require_POST
@member_required
def delete(request: MemberRequest, lead_id: int) -> HttpResponse:
    found = get_lead(lead_id)
    delete_lead(request.member, found)
    messages.success(request, _("%(name)s is deleted.") % {"name": found.name})
    return redirect("leads")


def _back(request: MemberRequest, lead: Lead) -> str:
    """To the card the person came from, else to the pipeline of the lead."""
    if asked := _own_place(request, request.POST.get("next", "")):
        return asked
    pipeline = get_stage(lead.stage_id).pipeline_id
    return f"{reverse('leads')}?pipeline={pipeline}"


def _own_place(request: MemberRequest, asked: str) -> str:
    """The address if it is one of ours, else "": a stranger may have written the link that brought the person here."""
    is_ours = url_has_allowed_host_and_scheme(asked, {request.get_host()}, require_https=request.is_secure())
    return asked if is_ours else ""
