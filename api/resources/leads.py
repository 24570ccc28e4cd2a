"""`leads/`: possible sales."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import ApiToken, Membership
from api.card_filters import LeadFilters
from api.card_lists import CardListView, TagsField
from api.custom_values_field import CustomValuesField
from api.domain_errors import field_error
from api.idempotency import idempotent
from api.ids import IdField, RelatedId
from api.resources.timeline import TimelineView
from crm.access import get_lead
from crm.card_changes import change_card
from crm.leads import LeadValues, create_lead, delete_lead
from crm.models import Company, Contact, Lead, Pipeline, Stage
from crm.pipelines import first_stage
from crm.tags import with_tags


class PipelineOfStage(RelatedId):
    """A lead knows its pipeline by its stage."""

    def get_attribute(self, instance: Lead) -> Pipeline:
        return instance.stage.pipeline


class LeadSerializer(serializers.Serializer[Lead]):
    """A lead. A `pipeline` without a `stage` means its first one."""

    id = IdField(source="pk")
    name = serializers.CharField(max_length=200)
    price = serializers.DecimalField(max_digits=14, decimal_places=2, required=False, allow_null=True)
    pipeline = PipelineOfStage(queryset=Pipeline.objects, required=False)
    stage = RelatedId(queryset=Stage.objects.select_related("pipeline"), required=False)
    stage_since = serializers.DateTimeField(read_only=True)
    contacts = RelatedId(many=True, queryset=Contact.objects, required=False)
    company = RelatedId(queryset=Company.objects, required=False, allow_null=True)
    responsible = RelatedId(queryset=Membership.objects.filter(is_active=True), required=False, allow_null=True)
    tags = TagsField()
    custom_fields = CustomValuesField()
    created_at = serializers.DateTimeField(read_only=True)


class LeadView(CardListView, TimelineView):
    """Leads, newest first."""

    queryset = Lead.objects
    serializer_class = LeadSerializer
    filterset_class = LeadFilters
    read_scope = ApiToken.Scope.CONTACTS_READ
    write_scope = ApiToken.Scope.CONTACTS_WRITE
    kind = "lead"

    def list(self, request: Request) -> Response:
        return self.respond_list(with_tags(Lead.objects.for_list()))

    def retrieve(self, request: Request, pk: str) -> Response:
        return Response(self.get_serializer(get_lead(pk)).data)

    @idempotent()
    def create(self, request: Request) -> Response:
        return self.respond_created(create_lead(LeadValues(**self._checked_values()), member=self.member, how="api"))

    def partial_update(self, request: Request, pk: str) -> Response:
        lead = get_lead(pk)
        changed = change_card(lead, self._checked_values(partial=True), member=self.member)
        return Response(self.get_serializer(changed).data)

    def destroy(self, request: Request, pk: str) -> Response:
        delete_lead(self.member, get_lead(pk))
        return Response(status=204)

    def _checked_values(self, *, partial: bool = False) -> dict[str, Any]:
        """With the stage that pipeline and stage mean together."""
        data = self.checked_data(partial=partial)
        pipeline: Pipeline | None = data.pop("pipeline", None)
        if pipeline is None:
            return data
        stage: Stage = data.get("stage") or first_stage(pipeline)
        if stage.pipeline_id != pipeline.pk:
            raise field_error("stage", _("This stage belongs to another pipeline."))
        return {**data, "stage": stage}
