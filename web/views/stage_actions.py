"""Settings, Pipelines: what a stage sends by itself (M30-M32). Administrators only."""

from __future__ import annotations

from http import HTTPStatus

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from automation.errors import CycleFound
from automation.models import StageAction
from automation.stage_actions import (
    change_stage_action,
    check_may_change,
    create_stage_action,
    delete_stage_action,
    get_stage_action_for,
    place_stage_action,
)
from crm.access import get_stage
from crm.models import Stage
from letter_templates.errors import ValueRefused
from web.forms.stage_actions import StageActionForm
from web.mail_address import whole_number
from web.members import MemberRequest, administrator_required
from web.views.pipelines import STEPS


@require_http_methods(["GET", "POST"])
@administrator_required
def create(request: MemberRequest, stage_id: int) -> HttpResponse:
    stage = get_stage(stage_id)
    check_may_change(request.member)
    return _answered(request, StageActionForm(request.POST or None, member=request.member), stage, None)


@require_http_methods(["GET", "POST"])
@administrator_required
def stage_action(request: MemberRequest, stage_action_id: int) -> HttpResponse:
    found = get_stage_action_for(request.member, stage_action_id)
    form = StageActionForm(request.POST or None, member=request.member, action=found)
    return _answered(request, form, found.stage, found)


def _answered(request: MemberRequest, form: StageActionForm, stage: Stage, found: StageAction | None) -> HttpResponse:
    cycle = None
    if request.method == "POST" and form.is_valid():
        try:
            _save(request, form, stage, found)
        except CycleFound as error:
            cycle = error
        except ValueRefused as error:
            form.add_refusal(error)
        else:
            messages.success(request, _("Saved."))
            return redirect("stage", stage_id=stage.pk)
    facts = {"form": form, "stage": stage, "action": found, "cycle": cycle}
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors or cycle else HTTPStatus.OK
    return render(request, "settings/stage_action.html", facts, status=status)


def _save(request: MemberRequest, form: StageActionForm, stage: Stage, found: StageAction | None) -> None:
    if found:
        change_stage_action(request.member, found.pk, form.values(stage))
    else:
        create_stage_action(request.member, form.values(stage))


@require_POST
@administrator_required
def place(request: MemberRequest, stage_action_id: int) -> HttpResponse:
    """One up or down by its buttons; anywhere, where it was dragged to."""
    found = get_stage_action_for(request.member, stage_action_id)
    asked = whole_number(request.POST.get("place") or request.GET.get("place"))
    step = STEPS.get(request.POST.get("to", ""), 0)
    place_stage_action(request.member, found.pk, found.position + step if asked is None else asked)
    return redirect("stage", stage_id=found.stage_id)


@require_POST
@administrator_required
def delete(request: MemberRequest, stage_action_id: int) -> HttpResponse:
    found = get_stage_action_for(request.member, stage_action_id)
    delete_stage_action(request.member, found.pk)
    messages.success(request, _("Deleted."))
    return redirect("stage", stage_id=found.stage_id)
