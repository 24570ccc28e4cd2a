"""`pipelines/` and `stages/`: the ways from first word to sale."""

from __future__ import annotations

from dataclasses import replace

from django.utils.translation import gettext as _
from django_filters import rest_framework as filters
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import ApiToken
from api.domain_errors import field_error
from api.exact import takes
from api.idempotency import idempotent
from api.ids import IdField, IdFilter, RelatedId
from api.viewsets import MemberViewSet
from crm.access import get_pipeline, get_stage
from crm.errors import CardNotFound
from crm.models import Pipeline, Stage
from crm.pipeline_removal import delete_pipeline, delete_stage
from crm.pipelines import StageValues, change_pipeline, create_pipeline, write_stage

MAX_POSITION = 32767  # of a small integer
MOVING_LEADS = extend_schema(
    description="Refused with 409 while leads stand in it, unless `move_to` says where they go.",
    parameters=[OpenApiParameter("move_to", str, description="Id of a stage that stays.")],
)


def _target(request: Request) -> Stage | None:
    asked = request.query_params.get("move_to", "")
    try:
        return get_stage(asked) if asked else None
    except CardNotFound as error:
        raise field_error("move_to", _("There is no such stage.")) from error


class StageSerializer(serializers.Serializer[Stage]):
    """One step of a pipeline. `position` is its place from 0; without one it comes last."""

    id = IdField(source="pk")
    pipeline = RelatedId(queryset=Pipeline.objects)
    name = serializers.CharField(max_length=100)
    position = serializers.IntegerField(min_value=0, max_value=MAX_POSITION, required=False)
    kind = serializers.ChoiceField(Stage.Kind.choices, required=False)


class PipelineSerializer(serializers.Serializer[Pipeline]):
    """A pipeline. A new one has the usual stages; change them at `stages/`."""

    id = IdField(source="pk")
    name = serializers.CharField(max_length=100)
    position = serializers.IntegerField(min_value=0, max_value=MAX_POSITION, required=False)
    stages = StageSerializer(many=True, read_only=True)


class PipelineView(MemberViewSet):
    """Pipelines with their stages, in their order. Administrators change them."""

    queryset = Pipeline.objects
    serializer_class = PipelineSerializer
    read_scope = ApiToken.Scope.CONTACTS_READ
    write_scope = ApiToken.Scope.ADMIN
    ordering = ("position", "id")

    def list(self, request: Request) -> Response:
        return self.respond_list(Pipeline.objects.prefetch_related("stages"))

    def retrieve(self, request: Request, pk: str) -> Response:
        return Response(self.get_serializer(get_pipeline(pk)).data)

    @idempotent()
    def create(self, request: Request) -> Response:
        data = self.checked_data()
        pipeline = create_pipeline(data["name"])
        if "position" in data:
            change_pipeline(pipeline, **data)
        return self.respond_created(pipeline)

    def partial_update(self, request: Request, pk: str) -> Response:
        pipeline = get_pipeline(pk)
        values = {"name": pipeline.name, "position": pipeline.position, **self.checked_data(partial=True)}
        return Response(self.get_serializer(change_pipeline(pipeline, **values)).data)

    @MOVING_LEADS
    @takes("move_to")
    def destroy(self, request: Request, pk: str) -> Response:
        delete_pipeline(self.member, get_pipeline(pk), move_to=_target(request))
        return Response(status=204)


class StageFilters(filters.FilterSet):
    pipeline = IdFilter(field_name="pipeline_id")


class StageView(MemberViewSet):
    """Stages of all pipelines. Administrators change them."""

    queryset = Stage.objects
    serializer_class = StageSerializer
    filterset_class = StageFilters
    read_scope = ApiToken.Scope.CONTACTS_READ
    write_scope = ApiToken.Scope.ADMIN
    ordering = ("pipeline_id", "position", "id")

    def list(self, request: Request) -> Response:
        return self.respond_list(Stage.objects.all())

    def retrieve(self, request: Request, pk: str) -> Response:
        return Response(self.get_serializer(get_stage(pk)).data)

    @idempotent()
    def create(self, request: Request) -> Response:
        return self.respond_created(write_stage(StageValues(**self.checked_data())))

    def partial_update(self, request: Request, pk: str) -> Response:
        stage = get_stage(pk)
        values = replace(
            StageValues(stage.pipeline, stage.name, stage.position, stage.kind), **self.checked_data(partial=True)
        )
        return Response(self.get_serializer(write_stage(values, stage)).data)

    @MOVING_LEADS
    @takes("move_to")
    def destroy(self, request: Request, pk: str) -> Response:
        delete_stage(self.member, get_stage(pk), move_to=_target(request))
        return Response(status=204)
