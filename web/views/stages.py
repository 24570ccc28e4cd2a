"""Settings, Pipelines: the stages of one."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from crm.access import get_pipeline, get_stage
from crm.models import Lead, Stage
from crm.pipeline_removal import delete_stage
from crm.pipelines import StageValues, shift_stage, write_stage
from web.forms.pipelines import MoveForm, StageForm
from web.members import MemberRequest, administrator_required
from web.stage_words import action_lines
from web.views.pipelines import STEPS, pipeline_page, status_of


@require_POST
@administrator_required
def create(request: MemberRequest, pipeline_id: int) -> HttpResponse:
    found = get_pipeline(pipeline_id)
    form = StageForm(request.POST)
    if not form.is_valid():
        return pipeline_page(request, found, stage_form=form)
    write_stage(StageValues(found, **form.cleaned_data))
    messages.success(request, _("Saved."))
    return redirect("pipeline", pipeline_id=found.pk)


@require_http_methods(["GET", "POST"])
@administrator_required
def stage(request: MemberRequest, stage_id: int) -> HttpResponse:
    found = get_stage(stage_id)
    form = StageForm(request.POST or None, initial={"name": found.name, "kind": found.kind})
    if request.method == "POST" and form.is_valid():
        write_stage(StageValues(found.pipeline, position=found.position, **form.cleaned_data), found)
        messages.success(request, _("Saved."))
        return redirect("pipeline", pipeline_id=found.pipeline_id)
    actions = action_lines(request.member, found)
    facts = {"stage": found, "form": form, "delete_form": _delete_form(found), "actions": actions}
    return render(request, "settings/stage.html", facts, status=status_of(form))


def _delete_form(found: Stage, data: object = None) -> MoveForm:
    return MoveForm(data, leaving={found.pk}, count=Lead.objects.filter(stage=found).count())


@require_POST
@administrator_required
def shift(request: MemberRequest, stage_id: int) -> HttpResponse:
    found = get_stage(stage_id)
    shift_stage(found, STEPS.get(request.POST.get("to", ""), 0))
    return redirect("pipeline", pipeline_id=found.pipeline_id)


@require_POST
@administrator_required
def delete(request: MemberRequest, stage_id: int) -> HttpResponse:
    found = get_stage(stage_id)
    form = _delete_form(found, request.POST)
    if form.is_done(lambda move_to: delete_stage(request.member, found, move_to=move_to)):
        messages.success(request, _("%(name)s is deleted.") % {"name": found.name})
        return redirect("pipeline", pipeline_id=found.pipeline_id)
    messages.error(request, form.refusal)
    return redirect("stage", stage_id=found.pk)
