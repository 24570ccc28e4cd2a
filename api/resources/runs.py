"""`runs/`: what triggers and stage actions did, or why they did nothing (M33)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import ApiToken
from api.domain_errors import field_error
from api.exact import takes
from api.ids import IdField, row_id
from api.viewsets import MemberViewSet
from automation.access import get_run_for
from automation.models import Run
from automation.querysets import letters_shown
from automation.runs import RunFilters, list_runs
from crm.models import CARDS


@extend_schema_field({"type": "string", "nullable": True})
class LetterId(IdField):
    """Null for a letter that is not yours to see."""

    def get_attribute(self, instance: Run) -> int | None:
        mail_id: int | None = super().get_attribute(instance)
        return mail_id if mail_id in self.context["letters"] else None


class RunSerializer(serializers.Serializer[Run]):
    """One trigger or stage action for one cause. `reason` says why it did nothing or failed, `detail` more of it, or
    what was made.
    """

    id = IdField(source="pk")
    event = serializers.ChoiceField(Run.Event.choices, read_only=True)
    cause = serializers.SerializerMethodField()
    trigger = IdField(source="trigger_id", allow_null=True)
    stage_action = IdField(source="stage_action_id", allow_null=True)
    action_name = serializers.CharField(read_only=True)
    mail = LetterId(source="mail_id", allow_null=True)
    contact = IdField(source="contact_id", allow_null=True)
    lead = IdField(source="lead_id", allow_null=True)
    state = serializers.ChoiceField(Run.State.choices, read_only=True)
    reason = serializers.CharField(read_only=True)
    detail = serializers.DictField(read_only=True)
    made_mail = LetterId(source="made_mail_id", allow_null=True)
    happened_at = serializers.DateTimeField(read_only=True)
    due_at = serializers.DateTimeField(read_only=True)
    ended_at = serializers.DateTimeField(read_only=True, allow_null=True)
    created_at = serializers.DateTimeField(read_only=True)

    def get_cause(self, run: Run) -> str:
        """What happened, by a name that is the same however often it is told; "" beside a letter that is not shown."""
        return "" if run.mail_id and run.mail_id not in self.context["letters"] else run.cause


def _asked(name: str, *, choices: list[str] | None = None) -> OpenApiParameter:
    return OpenApiParameter(name, str, enum=choices)


class RunView(MemberViewSet):
    """Runs, the newest first: of letters that you see, of stages and of pages. Administrators see that others ran."""

    queryset = Run.objects
    serializer_class = RunSerializer
    read_scope = ApiToken.Scope.MAIL_READ
    write_scope = ApiToken.Scope.ADMIN
    ordering = ("-created_at", "-id")

    @extend_schema(
        parameters=[
            _asked("state", choices=Run.State.values),
            _asked("event", choices=Run.Event.values),
            _asked("trigger"),
            _asked("stage_action"),
            _asked("mail"),
            *(_asked(kind) for kind in CARDS),
        ]
    )
    @takes("state", "event", "trigger", "stage_action", "mail", *CARDS)
    def list(self, request: Request) -> Response:
        page = self.page_of(list_runs(self.member, _filters(request)))
        return self.get_paginated_response(self._shown(page))

    def retrieve(self, request: Request, pk: str) -> Response:
        run = get_run_for(self.member, pk)
        return Response(self._shown([run])[0])

    def _shown(self, runs: Sequence[Run]) -> Any:  # noqa: ANN401  (DRF's data)
        context = {**self.get_serializer_context(), "letters": letters_shown(self.member, runs)}
        rows: Any = runs
        return RunSerializer(rows, many=True, context=context).data


def _filters(request: Request) -> RunFilters:
    asked = request.query_params
    kinds = [kind for kind in CARDS if kind in asked]
    return RunFilters(
        state=_one_of("state", asked.get("state"), Run.State.values),
        event=_one_of("event", asked.get("event"), Run.Event.values),
        trigger_id=_number(asked.get("trigger")),
        stage_action_id=_number(asked.get("stage_action")),
        mail_id=_number(asked.get("mail")),
        card=(kinds[0], row_id(asked[kinds[0]])) if kinds else None,
    )


def _number(asked: str | None) -> int | None:
    return row_id(asked) if asked else None


def _one_of(name: str, asked: str | None, values: list[str]) -> str | None:
    if asked and asked not in values:
        raise field_error(name, _("There is no such value."))
    return asked or None
