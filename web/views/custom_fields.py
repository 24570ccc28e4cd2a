"""Settings, Fields: what the account adds to its cards. Administrators only."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from crm.access import get_custom_field
from crm.custom_fields import FieldValues, change_field, create_field, delete_field, fields_of
from crm.errors import ValueRefused
from crm.models import CustomField
from web.forms.custom_fields import CustomFieldForm
from web.members import MemberRequest, administrator_required


@require_http_methods(["GET", "POST"])
@administrator_required
def custom_fields(request: MemberRequest) -> HttpResponse:
    form = CustomFieldForm(request.POST or None)
    if _is_saved(request, form, lambda values: create_field(request.member, values)):
        return redirect("custom_fields")
    groups = [(label, fields_of(entity)) for entity, label in CustomField.Entity.choices]
    facts = {"form": form, "groups": [(label, fields) for label, fields in groups if fields]}
    return render(request, "settings/custom_fields.html", facts, status=_status(form))


@require_http_methods(["GET", "POST"])
@administrator_required
def custom_field(request: MemberRequest, field_id: int) -> HttpResponse:
    found = get_custom_field(field_id)
    form = CustomFieldForm(request.POST or None, field=found)
    if _is_saved(request, form, lambda values: change_field(request.member, found, values)):
        return redirect("custom_fields")
    return render(request, "settings/custom_field.html", {"form": form, "field": found}, status=_status(form))


@require_POST
@administrator_required
def delete(request: MemberRequest, field_id: int) -> HttpResponse:
    delete_field(request.member, get_custom_field(field_id))
    messages.success(request, _("Deleted."))
    return redirect("custom_fields")


def _is_saved(request: MemberRequest, form: CustomFieldForm, save: Callable[[FieldValues], CustomField]) -> bool:
    if request.method != "POST" or not form.is_valid():
        return False
    try:
        save(form.values())
    except ValueRefused as error:
        form.add_error(error.field if error.field in form.fields else None, error.message)
        return False
    messages.success(request, _("Saved."))
    return True


def _status(form: CustomFieldForm) -> HTTPStatus:
    return HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
