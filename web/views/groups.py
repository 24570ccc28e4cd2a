"""Settings, Groups: members who work together. Administrators only."""

from __future__ import annotations

from http import HTTPStatus

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.errors import SettingRefused
from accounts.groups import GroupChanges, change_group, create_group, delete_group, get_group
from accounts.models import Group
from web.forms.users import GroupForm
from web.members import MemberRequest, administrator_required


@require_GET
@administrator_required
def groups(request: MemberRequest) -> HttpResponse:
    rows = Group.objects.prefetch_related("members__user").order_by("name", "id")
    return render(request, "settings/groups.html", {"groups": rows})


@require_http_methods(["GET", "POST"])
@administrator_required
def create(request: MemberRequest) -> HttpResponse:
    form = GroupForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            create_group(request.member, name=form.cleaned_data["name"], member_ids=form.member_ids())
        except SettingRefused as error:
            form.add_error(error.field, error.message)
        else:
            messages.success(request, _("Saved."))
            return redirect("groups")
    return _show(request, form, None)


@require_http_methods(["GET", "POST"])
@administrator_required
def group(request: MemberRequest, group_id: int) -> HttpResponse:
    found = get_group(group_id)
    form = GroupForm(request.POST or None, group=found)
    if request.method == "POST" and form.is_valid():
        try:
            change_group(request.member, found.pk, GroupChanges(form.cleaned_data["name"], form.member_ids()))
        except SettingRefused as error:
            form.add_error(error.field, error.message)
        else:
            messages.success(request, _("Saved."))
            return redirect("groups")
    return _show(request, form, found)


@require_POST
@administrator_required
def delete(request: MemberRequest, group_id: int) -> HttpResponse:
    delete_group(request.member, group_id)
    messages.success(request, _("The group is deleted. Its members stay."))
    return redirect("groups")


def _show(request: MemberRequest, form: GroupForm, found: Group | None) -> HttpResponse:
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    return render(request, "settings/group.html", {"form": form, "group": found}, status=status)
