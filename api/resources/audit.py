"""`audit/`: who did what, for administrators."""

from __future__ import annotations

from django.db.models import QuerySet
from django_filters import rest_framework as filters
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.audit import with_action
from accounts.models import ApiToken, AuditEvent
from api.ids import IdField, IdFilter
from api.viewsets import MemberViewSet


class AuditEventSerializer(serializers.Serializer[AuditEvent]):
    """One line of the log. `actor` is a user's id; null: the system."""

    id = IdField(source="pk")
    action = serializers.CharField(read_only=True)
    actor = IdField(source="actor_id", allow_null=True)
    target_type = serializers.CharField(read_only=True)
    target_id = IdField(allow_null=True)
    facts = serializers.DictField(
        read_only=True, help_text="`token` and `token_name`: the API token it was done with, if it was one."
    )
    created_at = serializers.DateTimeField(read_only=True)


class AuditFilters(filters.FilterSet):
    """What the log can be narrowed to."""

    action = filters.CharFilter(
        max_length=64, method="narrow", help_text="Such as `mailbox.connected`; `mailbox.` finds all of this kind."
    )
    actor = IdFilter(field_name="actor_id")
    target_type = filters.CharFilter(max_length=32)
    target_id = IdFilter()
    after = filters.IsoDateTimeFilter(field_name="created_at", lookup_expr="gte")
    before = filters.IsoDateTimeFilter(field_name="created_at", lookup_expr="lt")

    def narrow(self, events: QuerySet[AuditEvent], _name: str, action: str) -> QuerySet[AuditEvent]:
        return with_action(events, action)


class AuditView(MemberViewSet):
    """The audit log, newest first."""

    queryset = AuditEvent.objects
    serializer_class = AuditEventSerializer
    read_scope = ApiToken.Scope.ADMIN
    ordering = ("-created_at", "-id")
    filterset_class = AuditFilters

    def list(self, request: Request) -> Response:
        return self.respond_list(AuditEvent.objects.all())
