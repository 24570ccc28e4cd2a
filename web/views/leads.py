"""Leads: the card, creating, changing, moving on, deleting."""

from __future__ import annotations

from functools import partial
from http import HTTPStatus

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from crm.access import get_lead, get_stage
from crm.leads import change_lead, create_lead, delete_lead
from crm.models import Contact, Lead
from crm.pipelines import default_stage
from web.card_page import card_page
from web.forms.crm import LeadForm
from web.members import MemberRequest, member_required
from web.own_place import own_place
from web.typed import typed_text

SUGGESTED = 8


@require_GET
@member_required
def lead(request: MemberRequest, lead_id: int) -> HttpResponse:
    """The card; for htmx its timeline."""
    return card_page(request, get_lead(lead_id))


@require_http_methods(["GET", "POST"])
@member_required
def create(request: MemberRequest) -> HttpResponse:
    """`?contact=` names the card it is begun from."""
    stage = default_stage()
    form = LeadForm(request.POST or None, initial={**_begun_from(request), "stage": request.GET.get("stage", stage.pk)})
    if request.method == "POST" and (saved := form.saved(partial(create_lead, member=request.member))):
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
    if request.method == "POST" and (saved := form.saved(partial(change_lead, found, member=request.member))):
        messages.success(request, _("%(name)s is saved.") % {"name": saved.name})
        return redirect(_back(request, saved))
    return _form_page(request, form, found)


def _form_page(request: MemberRequest, form: LeadForm, found: Lead | None) -> HttpResponse:
    facts = {
        "form": form,
        "lead": found,
        "ticked": form.ticked(),
        "next": own_place(request, request.GET.get("next", "")),
    }
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    return render(request, "crm/lead_form.html", facts, status=status)


@require_GET
@member_required
def contact_options(request: MemberRequest) -> HttpResponse:
    """For the forms of leads and customers: whom the typed text finds, or those ticked with the one that was chosen."""
    ids = [
        value
        for name in ("contacts", "add")
        for value in request.GET.getlist(name)
        if value.isdigit() and len(value) < 19
    ]
    if "add" in request.GET:
        ticked = Contact.objects.for_list().filter(pk__in=ids).order_by("name", "pk")
        return render(request, "crm/parts/contact_options.html", {"ticked": ticked})
    typed = typed_text(request.GET, "find")
    others = Contact.objects.matching(typed).for_list().exclude(pk__in=ids).order_by("name", "pk")
    found = others[:SUGGESTED] if typed else []
    return render(request, "crm/parts/contacts_found.html", {"found": found, "typed": typed})


@require_POST
@member_required
def delete(request: MemberRequest, lead_id: int) -> HttpResponse:
    found = get_lead(lead_id)
    delete_lead(request.member, found)
    messages.success(request, _("%(name)s is deleted.") % {"name": found.name})
    return redirect("leads")


def _back(request: MemberRequest, lead: Lead) -> str:
    """To the card the person came from, else to the pipeline of the lead."""
    if asked := own_place(request, request.POST.get("next", "")):
        return asked
    pipeline = get_stage(lead.stage_id).pipeline_id
    return f"{reverse('leads')}?pipeline={pipeline}"
