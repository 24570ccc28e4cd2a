"""`notices/`: what the asker should know."""

from __future__ import annotations

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import Notice
from accounts.notices import notices_of
from api.ids import IdField
from api.permissions import ANY_TOKEN
from api.viewsets import MemberViewSet


class NoticeSerializer(serializers.Serializer[Notice]):
    """Something to know. `facts` are ids and settings."""

    id = IdField(source="pk")
    kind = serializers.CharField(read_only=True)
    facts = serializers.DictField(read_only=True)
    created_at = serializers.DateTimeField(read_only=True)
    read_at = serializers.DateTimeField(read_only=True, allow_null=True)


class NoticeView(MemberViewSet):
    """Your notices, newest first; not the kinds that you switched off (`me/`)."""

    queryset = Notice.objects
    serializer_class = NoticeSerializer
    read_scope = ANY_TOKEN
    write_scope = ANY_TOKEN
    ordering = ("-created_at", "-id")

    def list(self, request: Request) -> Response:
        return self.respond_list(notices_of(self.member))

    @extend_schema(request=None, responses={204: None}, description="Marks all of them as read.")
    @action(detail=False, methods=["post"])
    def read(self, request: Request) -> Response:
        notices_of(self.member).filter(read_at=None).update(read_at=timezone.now())
        return Response(status=204)
