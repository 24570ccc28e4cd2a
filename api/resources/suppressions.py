"""`suppressions/`: addresses that letters do not reach."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import ApiToken
from api.exact import checked
from api.idempotency import idempotent
from api.ids import IdField
from api.viewsets import MemberViewSet
from outbox.models import Suppression
from outbox.suppression import add_unsubscribed, lift, suppressions_of


class SuppressionSerializer(serializers.Serializer[Suppression]):
    """Who writes to this address is warned. `detail` are the words of the server that sent the letter back."""

    id = IdField(source="pk")
    address = serializers.CharField(source="email_key", read_only=True)
    reason = serializers.ChoiceField(Suppression.Reason.choices, read_only=True)
    detail = serializers.CharField(read_only=True)
    message = IdField(source="message_id", allow_null=True)
    created_at = serializers.DateTimeField(read_only=True)


class NewSuppressionSerializer(serializers.Serializer[Suppression]):
    address = serializers.CharField(max_length=320)


class SuppressionView(MemberViewSet):
    """Addresses whose letters came back in mailboxes that you see, the newest first."""

    queryset = Suppression.objects
    serializer_class = SuppressionSerializer
    read_scope = ApiToken.Scope.MAIL_READ
    write_scope = ApiToken.Scope.MAIL_SEND
    ordering = ("-created_at", "-id")

    def list(self, request: Request) -> Response:
        return self.respond_list(suppressions_of(self.member))

    @extend_schema(request=NewSuppressionSerializer, responses={201: None})
    @idempotent()
    def create(self, request: Request) -> Response:
        """Its owner wants no mail: mailings leave it out."""
        given = checked(NewSuppressionSerializer(data=request.data))
        add_unsubscribed(self.member, given["address"])
        return Response(status=201)

    def destroy(self, request: Request, pk: str) -> Response:
        lift(self.member, pk)
        return Response(status=204)
