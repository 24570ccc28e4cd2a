"""`withheld-letters/`: deleted letters of personal mailboxes that administrators do not see (K63)."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import ApiToken
from api.ids import IdField
from api.viewsets import MemberViewSet
from threads.models import Message
from threads.withheld import list_withheld, restore_withheld


class WithheldLetterSerializer(serializers.Serializer[Message]):
    """There is one, whose it is, and when it was deleted. What is in it is its owner's."""

    id = IdField(source="pk")
    owner = IdField(source="mailbox.owner_id", help_text="A user's id.")
    owner_name = serializers.CharField(source="mailbox.owner.name", read_only=True)
    deleted_at = serializers.DateTimeField(read_only=True)


class WithheldLetterView(MemberViewSet):
    """Letters in Deleted of personal mailboxes that are not shared with the administrators, the last deleted first."""

    queryset = Message.objects
    serializer_class = WithheldLetterSerializer
    read_scope = ApiToken.Scope.ADMIN
    write_scope = ApiToken.Scope.ADMIN
    ordering = ("-deleted_at", "-id")

    def list(self, request: Request) -> Response:
        return self.respond_list(list_withheld(self.member))

    @extend_schema(request=None, responses={204: None}, description="Back to its owner; you do not see it.")
    @action(detail=True, methods=["post"])
    def restore(self, request: Request, pk: str) -> Response:
        restore_withheld(self.member, pk)
        return Response(status=204)
