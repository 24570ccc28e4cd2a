"""Settings, Kinds of tasks. Administrators only."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from crm.access import get_task_type
from crm.errors import StillInUse, ValueRefused
from crm.models import TaskType
from crm.task_types import change_type, create_type, delete_type, list_types
from web.forms.tags import NameForm
from web.members import MemberRequest, administrator_required


@require_http_methods(["GET", "POST"])
@administrator_required
def task_types(request: MemberRequest) -> HttpResponse:
    form = NameForm(request.POST or None)
    if _is_saved(request, form, lambda name: create_type(request.member, name)):
        return redirect("task_types")
    return render(request, "settings/task_types.html", {"form": form, "types": list_types()}, status=_status(form))


@require_http_methods(["GET", "POST"])
@administrator_required
def task_type(request: MemberRequest, task_type_id: int) -> HttpResponse:
    found = get_task_type(task_type_id)
    form = NameForm(request.POST or None, initial={"name": found.name})
    if _is_saved(request, form, lambda name: change_type(request.member, found, name=name)):
        return redirect("task_types")
    return render(request, "settings/task_type.html", {"form": form, "type": found}, status=_status(form))


@require_POST
@administrator_required
def delete(request: MemberRequest, task_type_id: int) -> HttpResponse:
    try:
        delete_type(request.member, get_task_type(task_type_id))
    except StillInUse as error:
        messages.error(request, str(error))
        return redirect("task_type", task_type_id=task_type_id)
    messages.success(request, _("Deleted."))
    return redirect("task_types")


def _is_saved(request: MemberRequest, form: NameForm, save: Callable[[str], TaskType]) -> bool:
    if request.method != "POST" or not form.is_valid():
        return False
    try:
        save(form.cleaned_data["name"])
    except ValueRefused as error:
        form.add_error("name", error.message)
        return False
    messages.success(request, _("Saved."))
    return True


def _status(form: NameForm) -> HTTPStatus:
    return HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
