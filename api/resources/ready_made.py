"""`ready-made/offer/`: the offer scenario as a set that is added at once (M73)."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import ApiToken
from api.exact import checked, takes
from api.idempotency import idempotent
from api.ids import IdField, RelatedId
from api.viewsets import MemberViewSet
from automation.access import check_admin
from automation.links import MAX_URL
from automation.ready_made import OfferSet, OfferValues, Piece, add_offer, plan_offer
from crm.models import Stage


class StageId(RelatedId):
    """A stage of any pipeline of the account."""

    def get_queryset(self) -> QuerySet[Stage]:
        return Stage.objects.select_related("pipeline")


class AskedOfferSerializer(serializers.Serializer[Any]):
    """Which stage sends the offer; where the offer lies, "" for a page that says thank you."""

    stage = StageId(help_text="Leads that come into it get the offer. The other stages are made behind it.")
    offer_url = serializers.CharField(max_length=MAX_URL, required=False, allow_blank=True, default="")

    def values(self) -> OfferValues:
        return OfferValues(self.validated_data["stage"], self.validated_data["offer_url"])


class SetPieceSerializer(serializers.Serializer[Piece]):
    """A thing of the set. What is there by its name is used as it is."""

    kind = serializers.ChoiceField(["stage", "trigger", "link", "template", "stage_action"], read_only=True)
    name = serializers.CharField(read_only=True)
    is_there = serializers.BooleanField(read_only=True)


class PlanSerializer(serializers.Serializer[Any]):
    pieces = SetPieceSerializer(many=True, read_only=True)


class OfferSetSerializer(serializers.Serializer[OfferSet]):
    """Ids of all that the scenario consists of."""

    sent_stage = IdField(source="sent_stage.pk")
    familiar_stage = IdField(source="familiar_stage.pk")
    triggers = serializers.SerializerMethodField()
    link = IdField(source="link.pk")
    template = IdField(source="offer.pk")
    reminder = IdField(source="reminder.pk")
    stage_action = IdField(source="stage_action.pk")

    def get_triggers(self, made: OfferSet) -> list[str]:
        return [str(trigger.pk) for trigger in made.triggers]


class ReadyOfferView(MemberViewSet):
    """The offer scenario: the offer, a task when it is opened, a reminder after a day, and the stages between them."""

    serializer_class = AskedOfferSerializer
    read_scope = ApiToken.Scope.ADMIN
    write_scope = ApiToken.Scope.ADMIN
    pagination_class = None

    @extend_schema(
        operation_id="ready_made_offer_plan",
        parameters=[OpenApiParameter("stage", str, required=True), OpenApiParameter("offer_url", str)],
        responses=PlanSerializer,
    )
    @takes("stage", "offer_url")
    def plan(self, request: Request) -> Response:
        """What would be added, and what is there."""
        check_admin(self.member)
        asked = self._asked(request.query_params.dict())
        return Response(PlanSerializer({"pieces": plan_offer(self.member, asked.values())}).data)

    @extend_schema(operation_id="ready_made_offer_add", responses={201: OfferSetSerializer})
    @idempotent()
    def add(self, request: Request) -> Response:
        """Adding it again makes nothing twice."""
        check_admin(self.member)
        made = add_offer(self.member, self._asked(request.data).values())
        return Response(OfferSetSerializer(made).data, status=201)

    def _asked(self, given: Any) -> AskedOfferSerializer:  # noqa: ANN401  (JSON, or words of the address)
        asked = AskedOfferSerializer(data=given, context=self.get_serializer_context())
        checked(asked)
        return asked
