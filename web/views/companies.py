"""Companies: a page with the people, and changing it."""

from __future__ import annotations

from functools import partial
from http import HTTPStatus

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from crm.access import get_company
from crm.companies import delete_company, write_company
from crm.models import Company, Contact
from web.address_marks import marks_on
from web.card_page import card_page
from web.forms.crm import CompanyForm
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
    """The card; for htmx its timeline, or with `?people=` the next of its people."""
    found = get_company(company_id)
    people = Contact.objects.filter(company=found).for_list()
    page = page_by_name(people, request.GET.get("people", ""), size=PAGE)
    if request.GET.get("people") and request.htmx:
        return render(request, "crm/card/people.html", {"people": page, "marks": marks_on(page.rows)})
    return card_page(request, found, people=page, marks=marks_on(page.rows))


@require_http_methods(["GET", "POST"])
@member_required
def create(request: MemberRequest) -> HttpResponse:
    form = CompanyForm(request.POST or None, initial={"responsible": request.member.pk})
    if request.method == "POST" and (saved := form.saved(partial(write_company, member=request.member))):
        messages.success(request, _("%(name)s is saved.") % {"name": saved.name})
        return redirect("company", company_id=saved.pk)
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    return render(request, "crm/company_form.html", {"form": form, "company": None}, status=status)


@require_http_methods(["GET", "POST"])
@member_required
def edit(request: MemberRequest, company_id: int) -> HttpResponse:
    found = get_company(company_id)
    form = CompanyForm(request.POST or None, initial=CompanyForm.initial_of(found))
    if request.method == "POST" and form.saved(lambda values: write_company(values, found, member=request.member)):
        messages.success(request, _("Saved."))
        return redirect("company", company_id=found.pk)
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    return render(request, "crm/company_form.html", {"form": form, "company": found}, status=status)


@require_POST
@member_required
def delete(request: MemberRequest, company_id: int) -> HttpResponse:
    found = get_company(company_id)
    delete_company(request.member, found)
    messages.success(request, _("%(name)s is deleted.") % {"name": found.name})
    return redirect("companies")
