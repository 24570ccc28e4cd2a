"""`account/`: the account of the asker."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.account_settings import MOST_COLLECTING, AccountChanges, change_account
from accounts.models import Account, ApiToken
from api.ids import IdField
from api.permissions import ANY_TOKEN
from api.viewsets import MemberViewSet


class AccountSerializer(serializers.Serializer[Account]):
    """The account, and the addresses that mail servers may see us come from."""

    id = IdField(source="pk")
    name = serializers.CharField(max_length=100)
    slug = serializers.CharField(read_only=True)
    timezone = serializers.CharField(max_length=64)
    language = serializers.ChoiceField(settings.LANGUAGES)
    collecting_limit = serializers.IntegerField(
        min_value=0,
        max_value=MOST_COLLECTING,
        help_text="How many shared mailboxes may collect mail; 0: no limit. Those that do already go on.",
    )
    outgoing_ips = serializers.SerializerMethodField()

    def get_outgoing_ips(self, _account: Account) -> list[str]:
        return list(settings.OUTGOING_IPS)


class AccountView(MemberViewSet):
    """Your account."""

    serializer_class = AccountSerializer
    read_scope = ANY_TOKEN
    write_scope = ApiToken.Scope.ADMIN
    pagination_class = None

    @extend_schema(operation_id="account_get")
    def retrieve(self, request: Request) -> Response:
        return Response(self.get_serializer(self.member.account).data)

    @extend_schema(operation_id="account_change")
    def partial_update(self, request: Request) -> Response:
        changes: dict[str, Any] = self.checked_data(partial=True)
        return Response(self.get_serializer(change_account(self.member, AccountChanges(**changes))).data)
