"""`stage-actions/`: what stages send by themselves (M30-M32)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from django.utils.translation import gettext as _
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import ApiToken
from api.domain_errors import field_error
from api.exact import WholeSerializer
from api.idempotency import idempotent
from api.ids import IdField, IdFilter, RelatedId
from api.resources.letter_fields import OwnTemplateId
from api.viewsets import MemberViewSet
from automation.conditions import ENTITIES, FIELD_OPS, MOST_CONDITIONS, TAG_OPS, Condition, read_conditions
from automation.models import StageAction
from automation.stage_actions import (
    StageActionValues,
    change_stage_action,
    check_may_change,
    create_stage_action,
    delete_stage_action,
    get_stage_action_for,
    list_stage_actions,
    place_stage_action,
    values_of,
)
from crm.models import Stage, Tag
from letter_templates.trigger_choice import MOST_SECONDS
from mailboxes.models import Mailbox

MOST_NUMBER = 2**31 - 1


class SendableMailboxId(RelatedId):
    """A mailbox that the asker sends from; null: as the template says."""

    def get_queryset(self) -> Any:  # noqa: ANN401  (a queryset)
        return Mailbox.objects.visible_to(self.context["request"].member)


class ConditionSerializer(WholeSerializer):
    """`{"kind": "tag", "op": "has", "tag": "vip"}`, or `{"kind": "field", "op": "equals", "field": 12, "value": "x"}`.
    Those of contacts choose whom of the lead's contacts it is sent to.
    """

    kind = serializers.ChoiceField(["tag", "field"])
    entity = serializers.ChoiceField(ENTITIES, required=False, help_text="By default the lead.")
    op = serializers.ChoiceField([*TAG_OPS, *FIELD_OPS])
    tag = serializers.CharField(required=False, max_length=60, help_text="Its name.")
    field = serializers.IntegerField(required=False, min_value=1, max_value=MOST_NUMBER, help_text="Its number.")
    value = serializers.JSONField(required=False, help_text="For `equals` and `contains`.")


class ConditionsField(serializers.ListField):
    """Stored by the ids of tags, shown by their names; "" for one that was deleted."""

    child = ConditionSerializer()

    def get_attribute(self, instance: StageAction) -> list[dict[str, Any]]:
        asked = read_conditions(instance.conditions)
        names = dict(Tag.objects.filter(pk__in=[one.tag_id for one in asked]).values_list("pk", "name"))
        return [_shown(one, names) for one in asked]

    def to_representation(self, data: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return data

    def to_internal_value(self, data: Any) -> list[Condition]:  # noqa: ANN401  (DRF's signature)
        given: Sequence[Mapping[str, Any]] = super().to_internal_value(data)
        return [_condition(one) for one in given]


def _shown(condition: Condition, names: Mapping[int, str]) -> dict[str, Any]:
    stored = condition.to_json()
    return {**stored, "tag": names.get(condition.tag_id, "")} if condition.kind == "tag" else stored


def _condition(given: Mapping[str, Any]) -> Condition:
    common = (given["kind"], given.get("entity", "lead"), given["op"])
    if given["kind"] == "field":
        return Condition(*common, field_number=given.get("field", 0), value=given.get("value"))
    tag = Tag.objects.filter(name__iexact=given.get("tag", "")).first()
    if tag is None:
        raise field_error("conditions", _("There is no such tag. Make it first."))
    return Condition(*common, tag_id=tag.pk)


class StageActionSerializer(serializers.Serializer[StageAction]):
    """A template that is sent to the contacts of a lead that comes into a stage."""

    id = IdField(source="pk")
    stage = RelatedId(queryset=Stage.objects)
    on = serializers.ChoiceField(StageAction.On.choices, required=False)
    conditions = ConditionsField(required=False, max_length=MOST_CONDITIONS)
    template = OwnTemplateId()
    mailbox = SendableMailboxId(required=False, allow_null=True, help_text="Null: as the template says.")
    delay_seconds = serializers.IntegerField(min_value=0, max_value=MOST_SECONDS, required=False)
    together = serializers.BooleanField(required=False, help_text="One letter to all contacts of the lead.")
    cancel_on_leave = serializers.BooleanField(required=False, help_text="Not for a lead that has left the stage.")
    is_active = serializers.BooleanField(required=False)
    position = serializers.IntegerField(read_only=True, help_text="Its place in the stage, from 0: see `place/`.")
    created_at = serializers.DateTimeField(read_only=True)


class StepPlaceSerializer(serializers.Serializer[Any]):
    position = serializers.IntegerField(min_value=0, max_value=MOST_NUMBER)


class StageActionFilters(filters.FilterSet):
    stage = IdFilter(field_name="stage_id")
    template = IdFilter(field_name="template_id")


class StageActionView(MemberViewSet):
    """What stages send by themselves. Those who use the Mailer see it, administrators change it."""

    queryset = StageAction.objects
    serializer_class = StageActionSerializer
    filterset_class = StageActionFilters
    read_scope = ApiToken.Scope.CONTACTS_READ
    write_scope = ApiToken.Scope.ADMIN
    ordering = ("stage_id", "position", "id")

    def list(self, request: Request) -> Response:
        return self.respond_list(list_stage_actions(self.member))

    def retrieve(self, request: Request, pk: str) -> Response:
        return Response(self.get_serializer(get_stage_action_for(self.member, pk)).data)

    @idempotent()
    def create(self, request: Request) -> Response:
        check_may_change(self.member)
        return self.respond_created(create_stage_action(self.member, StageActionValues(**self.checked_data())))

    def partial_update(self, request: Request, pk: str) -> Response:
        known = values_of(get_stage_action_for(self.member, pk))
        check_may_change(self.member)
        changed = replace(known, **self.checked_data(partial=True))
        return Response(self.get_serializer(change_stage_action(self.member, pk, changed)).data)

    def destroy(self, request: Request, pk: str) -> Response:
        delete_stage_action(self.member, pk)
        return Response(status=204)

    @extend_schema(request=StepPlaceSerializer, responses={200: StageActionSerializer})
    @action(detail=True, methods=["post"], serializer_class=StepPlaceSerializer)
    def place(self, request: Request, pk: str) -> Response:
        get_stage_action_for(self.member, pk)  # before its body: to others it is not there
        check_may_change(self.member)
        placed = place_stage_action(self.member, pk, self.checked_data()["position"])
        return Response(StageActionSerializer(placed, context=self.get_serializer_context()).data)
