"""Companies: a page with the people, and changing it."""

from __future__ import annotations

from http import HTTPStatus

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from crm.access import get_company
from crm.models import Company, Contact, Lead
from crm.services import write_company
from web.forms.crm import CompanyForm
from web.lead_cards import cards_of
from web.members import MemberRequest, member_required
from web.paging import page_by_name
from web.typed import typed_text

SUGGESTED = 20
PAGE = 50


@require_GET
@member_required
def names(request: MemberRequest) -> HttpResponse:
    """Suggestions while a company is typed."""
    typed = typed_text(request.GET, "company")
    known = Company.objects.filter(name__istartswith=typed).order_by("name", "id").values_list("name", flat=True)
    return render(request, "crm/parts/company_names.html", {"names": known[:SUGGESTED]})


@require_GET
@member_required
def company(request: MemberRequest, company_id: int) -> HttpResponse:
    found = get_company(company_id)
    people = Contact.objects.filter(company=found).for_list()
    page = page_by_name(people, request.GET.get("after", ""), size=PAGE)
    if request.htmx and not request.htmx.history_restore_request:
        return render(request, "crm/parts/contact_rows.html", {"page": page})
    leads = Lead.objects.filter(company=found).open().for_list().order_by("-created_at", "-id")
    return render(request, "crm/company.html", {"company": found, "page": page, "leads": cards_of(leads)})


@require_http_methods(["GET", "POST"])
@member_required
def edit(request: MemberRequest, company_id: int) -> HttpResponse:
    found = get_company(company_id)
    form = CompanyForm(request.POST or None, initial=CompanyForm.initial_of(found))
    if request.method == "POST" and form.saved(lambda values: write_company(values, found)):
        messages.success(request, _("Saved."))
        return redirect("company", company_id=found.pk)
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    return render(request, "crm/company_form.html", {"form": form, "company": found}, status=status)
