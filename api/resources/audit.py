"""`audit/`: who did what, for administrators."""

from __future__ import annotations

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import ApiToken, AuditEvent
from api.ids import IdField
from api.viewsets import MemberViewSet


class AuditEventSerializer(serializers.Serializer[AuditEvent]):
    """One line of the log. `actor` is a user's id; null: the system."""

    id = IdField(source="pk")
    action = serializers.CharField(read_only=True)
    actor = IdField(source="actor_id", allow_null=True)
    target_type = serializers.CharField(read_only=True)
    target_id = IdField(allow_null=True)
    facts = serializers.DictField(read_only=True)
    created_at = serializers.DateTimeField(read_only=True)


class AuditView(MemberViewSet):
    """The audit log, newest first."""

    queryset = AuditEvent.objects
    serializer_class = AuditEventSerializer
    read_scope = ApiToken.Scope.ADMIN
    ordering = ("-created_at", "-id")

    def list(self, request: Request) -> Response:
        return self.respond_list(AuditEvent.objects.all())
