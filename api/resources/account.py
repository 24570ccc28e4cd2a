"""`account/`: the account of the asker."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import transaction
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.account_settings import MOST_COLLECTING, AccountChanges, change_account
from accounts.models import Account, ApiToken
from accounts.slugs import MAX_KEPT_DAYS
from accounts.smart_settings import (
    MOST_ALLOWED,
    NOBODY,
    SmartChanges,
    change_smart_settings,
    default_responsible,
)
from api.ids import IdField, RowIdField
from api.permissions import ANY_TOKEN
from api.viewsets import MemberViewSet


class DefaultResponsibleField(RowIdField):
    """It stands in the row of the member."""

    def get_attribute(self, instance: Account) -> int | None:
        chosen = default_responsible()
        return chosen.pk if chosen else None


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
    owners_see_deleted = serializers.BooleanField(
        help_text="Whether owners of personal mailboxes see and restore what they deleted there; others never do."
    )
    mailer_enabled = serializers.BooleanField(
        help_text="Whether triggers, mailings, tracking and pages can be used at all. Without it letters are plain."
    )
    track_opens = serializers.BooleanField(
        help_text="Whether a hidden image tells when letters are opened; mailboxes and letters may differ."
    )
    track_links = serializers.BooleanField(
        help_text="Whether links lead through us, which tells when they are followed; mailboxes and letters may differ."
    )
    automation_paused_at = serializers.DateTimeField(
        read_only=True, allow_null=True, help_text="Since when all triggers wait: see `triggers/pause/`."
    )
    confirm_forms = serializers.BooleanField(
        help_text="Whether a client who sends a form is first shown what would be saved."
    )
    smart_bcc_creates = serializers.BooleanField(
        help_text="Whether a hidden copy to a smart address makes cards too; else it must stand in To or Cc."
    )
    smart_senders = serializers.ChoiceField(
        Account.SmartSenders.choices, help_text="Who may write to the smart addresses."
    )
    smart_allowed = serializers.ListField(
        child=serializers.CharField(max_length=320),
        max_length=MOST_ALLOWED,
        help_text="Addresses and domains that may write beside the users, with `smart_senders` `allowed`.",
    )
    default_responsible = DefaultResponsibleField(
        allow_null=True,
        help_text="A user's id: responsible for cards of strangers' letters to smart addresses. Null: the first "
        "administrator.",
    )
    keep_old_addresses_days = serializers.IntegerField(
        min_value=0,
        max_value=MAX_KEPT_DAYS,
        write_only=True,
        required=False,
        help_text="With a new `name`: so long the smart addresses of the old one work. They change with it.",
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
        data: dict[str, Any] = self.checked_data(partial=True)
        smart = _taken_out(data, SmartChanges)
        if "default_responsible" in smart:
            smart["default_responsible"] = smart["default_responsible"] or NOBODY
        with transaction.atomic():
            account = change_account(self.member, AccountChanges(**data))
            if smart:
                account = change_smart_settings(self.member, SmartChanges(**smart))
        return Response(self.get_serializer(account).data)


def _taken_out(data: dict[str, Any], changes: type[SmartChanges]) -> dict[str, Any]:
    return {name: data.pop(name) for name in changes.__dataclass_fields__ if name in data}
