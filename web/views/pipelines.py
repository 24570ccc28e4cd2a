"""Settings, Pipelines: the ways from first word to sale. Administrators only."""

from __future__ import annotations

from http import HTTPStatus

from django import forms
from django.contrib import messages
from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from crm.access import get_pipeline
from crm.models import Lead, Pipeline
from crm.pipeline_removal import delete_pipeline
from crm.pipelines import change_pipeline, create_pipeline, default_stage, shift_pipeline
from web.forms.pipelines import MoveForm, PipelineForm, StageForm
from web.members import MemberRequest, administrator_required

ORDER = ("position", "pk")  # named, because counting drops the models' own
STEPS = {"up": -1, "down": 1}


def status_of(form: forms.Form) -> HTTPStatus:
    return HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK


@require_http_methods(["GET", "POST"])
@administrator_required
def pipelines(request: MemberRequest) -> HttpResponse:
    default_stage()  # there is always one
    form = PipelineForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        made = create_pipeline(form.cleaned_data["name"])
        messages.success(request, _("Saved."))
        return redirect("pipeline", pipeline_id=made.pk)
    rows = Pipeline.objects.prefetch_related("stages").annotate(lead_count=Count("stages__leads")).order_by(*ORDER)
    return render(request, "settings/pipelines.html", {"form": form, "pipelines": rows}, status=status_of(form))


@require_http_methods(["GET", "POST"])
@administrator_required
def pipeline(request: MemberRequest, pipeline_id: int) -> HttpResponse:
    """Its name, and its stages."""
    found = get_pipeline(pipeline_id)
    form = PipelineForm(request.POST or None, initial={"name": found.name})
    if request.method == "POST" and form.is_valid():
        change_pipeline(found, name=form.cleaned_data["name"], position=found.position)
        messages.success(request, _("Saved."))
        return redirect("pipeline", pipeline_id=found.pk)
    return pipeline_page(request, found, form=form)


def pipeline_page(
    request: MemberRequest, found: Pipeline, *, form: PipelineForm | None = None, stage_form: StageForm | None = None
) -> HttpResponse:
    form = form or PipelineForm(initial={"name": found.name})
    stage_form = stage_form or StageForm()
    facts = {
        "pipeline": found,
        "stages": found.stages.annotate(lead_count=Count("leads")).order_by(*ORDER),
        "form": form,
        "stage_form": stage_form,
        "delete_form": _delete_form(found),
    }
    return render(request, "settings/pipeline.html", facts, status=max(status_of(form), status_of(stage_form)))


def _delete_form(found: Pipeline, data: object = None) -> MoveForm:
    leaving = {stage.pk for stage in found.stages.all()}
    return MoveForm(data, leaving=leaving, count=Lead.objects.filter(stage__in=leaving).count())


@require_POST
@administrator_required
def shift(request: MemberRequest, pipeline_id: int) -> HttpResponse:
    shift_pipeline(get_pipeline(pipeline_id), STEPS.get(request.POST.get("to", ""), 0))
    return redirect("pipelines")


@require_POST
@administrator_required
def delete(request: MemberRequest, pipeline_id: int) -> HttpResponse:
    found = get_pipeline(pipeline_id)
    form = _delete_form(found, request.POST)
    if form.is_done(lambda move_to: delete_pipeline(request.member, found, move_to=move_to)):
        messages.success(request, _("%(name)s is deleted.") % {"name": found.name})
        return redirect("pipelines")
    messages.error(request, form.refusal)
    return redirect("pipeline", pipeline_id=found.pk)
