"""Customers: the card, creating and changing."""

from __future__ import annotations

from functools import partial
from http import HTTPStatus

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from crm.access import get_customer
from crm.customers import change_customer, create_customer, delete_customer
from crm.models import Customer
from web.card_page import card_page
from web.forms.crm import CustomerForm
from web.members import MemberRequest, member_required


@require_GET
@member_required
def customer(request: MemberRequest, customer_id: int) -> HttpResponse:
    """The card; for htmx its timeline."""
    return card_page(request, get_customer(customer_id))


@require_http_methods(["GET", "POST"])
@member_required
def create(request: MemberRequest) -> HttpResponse:
    form = CustomerForm(request.POST or None, initial={"responsible": request.member.pk})
    if request.method == "POST" and (saved := form.saved(partial(create_customer, member=request.member))):
        return _saved(request, saved)
    return _form_page(request, form, None)


@require_http_methods(["GET", "POST"])
@member_required
def edit(request: MemberRequest, customer_id: int) -> HttpResponse:
    found = get_customer(customer_id)
    form = CustomerForm(request.POST or None, initial=CustomerForm.initial_of(found))
    if request.method == "POST" and (saved := form.saved(partial(change_customer, found, member=request.member))):
        return _saved(request, saved)
    return _form_page(request, form, found)


@require_POST
@member_required
def delete(request: MemberRequest, customer_id: int) -> HttpResponse:
    found = get_customer(customer_id)
    delete_customer(request.member, found)
    messages.success(request, _("%(name)s is deleted.") % {"name": found.name})
    return redirect("customers")


def _saved(request: MemberRequest, customer: Customer) -> HttpResponse:
    messages.success(request, _("%(name)s is saved.") % {"name": customer.name})
    return redirect("customer", customer_id=customer.pk)


def _form_page(request: MemberRequest, form: CustomerForm, found: Customer | None) -> HttpResponse:
    facts = {"form": form, "customer": found, "ticked": form.ticked()}
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    return render(request, "crm/customer_form.html", facts, status=status)
