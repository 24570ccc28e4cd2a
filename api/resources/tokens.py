"""`tokens/`: the asker's own API tokens."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, cast

from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.audit import record
from accounts.middleware import TenantRequest
from accounts.models import ApiToken
from accounts.tokens import create_token, revoke_token
from api.idempotency import idempotent
from api.ids import IdField
from api.permissions import ANY_TOKEN, granted_scopes
from api.viewsets import MemberViewSet


class TokenSerializer(serializers.Serializer[ApiToken]):
    """A token. `secret` is in the answer to POST and nowhere else."""

    id = IdField(source="pk")
    name = serializers.CharField(max_length=100)
    prefix = serializers.CharField(read_only=True)
    scopes = serializers.ListField(child=serializers.ChoiceField(ApiToken.Scope.choices), allow_empty=False)
    expires_at = serializers.DateTimeField(required=False, allow_null=True, default=None)
    created_at = serializers.DateTimeField(read_only=True)
    last_used_at = serializers.DateTimeField(read_only=True, allow_null=True)
    made_by = IdField(source="made_by_id", allow_null=True, help_text="The token it was made with, and ends with.")

    def validate_scopes(self, scopes: list[str]) -> list[str]:
        """A token gives no more than it has itself."""
        missing = sorted(set(scopes) - granted_scopes(self.context["request"]))
        if missing:
            raise serializers.ValidationError(_("You do not have: %(scopes)s.") % {"scopes": ", ".join(missing)})
        return scopes

    def validate(self, attrs: Mapping[str, Any]) -> Mapping[str, Any]:
        """Nor for longer."""
        expires_at, asking = attrs["expires_at"], self.context["request"].token
        if expires_at is not None and expires_at <= timezone.now():
            raise serializers.ValidationError({"expires_at": _("Choose a time that is still to come.")})
        limit: datetime | None = asking.expires_at if asking else None
        if limit and (expires_at is None or expires_at > limit):
            raise serializers.ValidationError(
                {"expires_at": _("A token made with a token cannot live longer than that one.")}
            )
        return attrs


class NewTokenSerializer(TokenSerializer):
    """A new token with its secret; null when the answer is repeated by an Idempotency-Key."""

    secret = serializers.CharField(read_only=True, allow_null=True)


class TokenView(MemberViewSet):
    """Your own tokens."""

    queryset = ApiToken.objects
    serializer_class = TokenSerializer
    read_scope = ANY_TOKEN
    write_scope = ANY_TOKEN
    needs_fresh_sign_in = True

    def get_serializer_class(self) -> type[TokenSerializer]:
        return NewTokenSerializer if self.action == "create" else TokenSerializer

    def list(self, request: Request) -> Response:
        return self.respond_list(ApiToken.objects.filter(membership=self.member))

    @idempotent(hidden=("secret",))
    def create(self, request: Request) -> Response:
        made_by = cast("TenantRequest", request).token
        token, secret = create_token(self.member, **self.checked_data(), made_by=made_by)
        record(self.member, "token.created", target=token, scopes=" ".join(token.scopes))
        return Response({**self.get_serializer(token).data, "secret": secret}, status=201)

    def destroy(self, request: Request, pk: str) -> Response:
        revoke_token(self.member, pk, asking=cast("TenantRequest", request).token)
        return Response(status=204)
