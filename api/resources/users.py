"""`users/`: the people of the account, for administrators."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.members import RightsChanges, change_rights, get_colleague
from accounts.models import ApiToken, Invitation, Membership
from accounts.services import invite
from api.idempotency import idempotent
from api.ids import IdField
from api.viewsets import MemberViewSet

OFFLINE = "offline"


class UserSerializer(serializers.Serializer[Membership]):
    """A member as administrators see and change them."""

    id = IdField(source="pk")
    email = serializers.EmailField(source="user.email", read_only=True)
    name = serializers.CharField(read_only=True)
    role = serializers.ChoiceField(Membership.Role.choices)
    mail_access_all = serializers.BooleanField(help_text="Uses every shared mailbox: the “Mail” tick.")
    is_active = serializers.BooleanField()
    availability = serializers.SerializerMethodField()

    def get_availability(self, member: Membership) -> str:
        """As the member set it; `offline` when they have asked for nothing for some minutes."""
        limit = timezone.now() - timedelta(minutes=settings.OFFLINE_MINUTES)
        is_online = member.last_seen_at is not None and member.last_seen_at > limit
        return str(member.availability) if is_online else OFFLINE


class InvitationSerializer(serializers.Serializer[Invitation]):
    """A link that makes one person a member. Its secret is shown once."""

    id = IdField(source="pk")
    email = serializers.EmailField(max_length=254)
    role = serializers.ChoiceField(Membership.Role.choices, default=Membership.Role.USER)
    mail_access_all = serializers.BooleanField(default=True)
    expires_at = serializers.DateTimeField(read_only=True)
    secret = serializers.CharField(read_only=True, allow_null=True)


class UserView(MemberViewSet):
    """The people of the account."""

    queryset = Membership.objects
    serializer_class = UserSerializer
    read_scope = ApiToken.Scope.ADMIN
    write_scope = ApiToken.Scope.ADMIN

    def get_serializer_class(self) -> type[serializers.Serializer[Any]]:
        return InvitationSerializer if self.action == "create" else UserSerializer

    def list(self, request: Request) -> Response:
        return self.respond_list(Membership.objects.select_related("user"))

    def retrieve(self, request: Request, pk: str) -> Response:
        return Response(self.get_serializer(get_colleague(pk)).data)

    def partial_update(self, request: Request, pk: str) -> Response:
        changes = RightsChanges(**self.checked_data(partial=True))
        return Response(self.get_serializer(change_rights(self.member, get_colleague(pk), changes)).data)

    @extend_schema(description="Invites a person. Give them the link `/invitations/SECRET/` yourself.")
    @idempotent(hidden=("secret",))
    def create(self, request: Request) -> Response:
        data = self.checked_data()
        invitation, secret = invite(self.member, **data)
        return Response({**self.get_serializer(invitation).data, "secret": secret}, status=201)
