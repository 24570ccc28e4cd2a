"""`triggers/`: what is done when something happens to a letter, a link or a page (M60-M72)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import ApiToken
from accounts.numbers import MOST_CHOSEN
from api.domain_errors import field_error
from api.exact import takes
from api.idempotency import idempotent
from api.ids import IdField
from api.viewsets import MemberViewSet
from automation.access import check_admin, check_mailer, get_trigger_for
from automation.dry_run import dry_run
from automation.models import Trigger
from automation.places import Place, places_of
from automation.runs import pause_all, resume_all
from automation.triggers import (
    MAX_DELAY_SECONDS,
    MAX_NAME,
    TriggerValues,
    change_trigger,
    create_trigger,
    delete_trigger,
    values_of,
)
from crm.access import get_card
from crm.errors import CardNotFound
from crm.models import CARDS, Card

IDS = ("task_type", "stage", "template", "responsible")


class SettingsField(serializers.DictField):
    """By type: task {task_type, text, due_in_seconds, responsible}, note {text}, stage {stage}, field {entity, field,
    value}, mail {template}, lead {name, stage, responsible}, tags {entity, add[], remove[]}. `responsible` is the id of
    a user, or the word responsible: that of the card. `field` is a number, a code or a name.
    """

    def to_representation(self, value: Mapping[str, Any]) -> dict[str, Any]:
        """Ids as everywhere."""
        return {name: str(one) if name in IDS else one for name, one in value.items()}


class TriggerPlaceSerializer(serializers.Serializer[Place]):
    """A template, a trigger link or a page that names the trigger."""

    kind = serializers.ChoiceField(["template", "link", "page"], read_only=True)
    id = IdField()
    name = serializers.CharField(read_only=True)


class TriggerSerializer(serializers.Serializer[Trigger]):
    """A trigger. Its number stays the same for ever; the type cannot be changed."""

    id = IdField(source="pk")
    number = serializers.IntegerField(min_value=1, max_value=MOST_CHOSEN, required=False)
    name = serializers.CharField(max_length=MAX_NAME)
    type = serializers.ChoiceField(Trigger.Type.choices)
    settings = SettingsField(required=False)
    delay_seconds = serializers.IntegerField(min_value=0, max_value=MAX_DELAY_SECONDS, required=False)
    is_active = serializers.BooleanField(required=False)
    used_in = TriggerPlaceSerializer(many=True, read_only=True)
    created_at = serializers.DateTimeField(read_only=True)
    updated_at = serializers.DateTimeField(read_only=True)

    def to_representation(self, instance: Trigger) -> dict[str, Any]:
        """`places` of the view: one look for a whole page."""
        known = self.context.get("places")
        instance.used_in = (known or self._places_of(instance))[instance.pk]  # type: ignore[attr-defined]
        return super().to_representation(instance)

    def _places_of(self, trigger: Trigger) -> dict[int, list[Place]]:
        return places_of([trigger.pk], self.context["request"].member)


class DryRunCardSerializer(serializers.Serializer[Any]):
    """A card by its kind and id."""

    type = serializers.ChoiceField(CARDS)
    id = serializers.CharField(max_length=20)


class DryRunSerializer(serializers.Serializer[Any]):
    """`state`: what the run would end with. `detail` names what would be made or changed; ids in it name nothing."""

    card = DryRunCardSerializer(write_only=True)
    state = serializers.CharField(read_only=True)
    reason = serializers.CharField(read_only=True)
    detail = serializers.DictField(read_only=True)


class PausedSerializer(serializers.Serializer[Any]):
    paused_at = serializers.DateTimeField(source="automation_paused_at", read_only=True, allow_null=True)


class TriggerView(MemberViewSet):
    """Triggers, by name. Those who use the Mailer see and choose them, administrators change them."""

    queryset = Trigger.objects
    serializer_class = TriggerSerializer
    read_scope = ApiToken.Scope.MAIL_READ
    write_scope = ApiToken.Scope.ADMIN
    ordering = ("name", "id")

    def list(self, request: Request) -> Response:
        check_mailer(self.member)
        page: Any = self.page_of(Trigger.objects.all())
        places = places_of([trigger.pk for trigger in page], self.member)
        context = {**self.get_serializer_context(), "places": places}
        return self.get_paginated_response(self.serializer_class(page, many=True, context=context).data)

    def retrieve(self, request: Request, pk: str) -> Response:
        return Response(self.get_serializer(get_trigger_for(self.member, pk)).data)

    @extend_schema(
        description="A circle of letters that would send one another is refused: the error's code is `cycle`, and "
        "`path` names its steps."
    )
    @idempotent()
    def create(self, request: Request) -> Response:
        check_admin(self.member)
        data = self.checked_data()
        number = data.pop("number", None)
        return self.respond_created(create_trigger(self.member, TriggerValues(**data), number=number))

    def partial_update(self, request: Request, pk: str) -> Response:
        trigger = get_trigger_for(self.member, pk)
        check_admin(self.member)
        data = self.checked_data(partial=True)
        if data.pop("number", trigger.number) != trigger.number:
            raise field_error("number", _("This cannot be changed later. Make another trigger."))
        changed = change_trigger(self.member, trigger, replace(values_of(trigger), **data))
        return Response(self.get_serializer(changed).data)

    @extend_schema(
        description="Refused with 409 while something names it, unless `everywhere=true` takes it out of all that.",
        parameters=[OpenApiParameter("everywhere", bool)],
    )
    @takes("everywhere")
    def destroy(self, request: Request, pk: str) -> Response:
        everywhere = request.query_params.get("everywhere", "") == "true"
        delete_trigger(self.member, get_trigger_for(self.member, pk), everywhere=everywhere)
        return Response(status=204)

    @extend_schema(request=DryRunSerializer, responses=DryRunSerializer)
    @action(detail=True, methods=["post"], url_path="dry-run", serializer_class=DryRunSerializer)
    def dry_run(self, request: Request, pk: str) -> Response:
        """What it would do to this card. Nothing is written, nothing is sent."""
        trigger = get_trigger_for(self.member, pk)
        outcome = dry_run(self.member, trigger, _card(self.checked_data()["card"]))
        return Response(self.get_serializer(outcome).data)

    @extend_schema(request=None, responses=PausedSerializer)
    @action(detail=False, methods=["post"], serializer_class=PausedSerializer)
    def pause(self, request: Request) -> Response:
        """All triggers and stage actions of the account: what becomes due waits."""
        return Response(PausedSerializer(pause_all(self.member)).data)

    @extend_schema(request=None, responses=PausedSerializer)
    @action(detail=False, methods=["post"], serializer_class=PausedSerializer)
    def resume(self, request: Request) -> Response:
        """What became due meanwhile runs now, but for what was due more than a day ago."""
        return Response(PausedSerializer(resume_all(self.member)).data)


def _card(given: Mapping[str, str]) -> Card:
    try:
        return get_card(given["type"], given["id"])
    except CardNotFound as error:
        raise field_error("card", _("There is no such card.")) from error
