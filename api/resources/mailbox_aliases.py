"""`mailboxes/{id}/aliases/`: other addresses that letters of a mailbox may come from (R16)."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from api.exact import PAGE, takes
from api.ids import IdField
from api.viewsets import MemberViewSet
from mailboxes.access import get_mailbox_for, get_managed_mailbox_for
from mailboxes.aliases import MAX_NAME, aliases_of, request_alias, withdraw_alias
from mailboxes.models import SenderAlias


class AliasSerializer(serializers.Serializer[SenderAlias]):
    """Letters come from it once `confirmed_at` is set: when somebody has confirmed the link that was mailed to it."""

    id = IdField(source="pk")
    address = serializers.CharField(max_length=320)
    name = serializers.CharField(
        max_length=MAX_NAME,
        required=False,
        allow_blank=True,
        help_text="Shown to recipients; that of the mailbox if empty.",
    )
    confirmed_at = serializers.DateTimeField(read_only=True, allow_null=True)
    expires_at = serializers.DateTimeField(read_only=True, help_text="Of the link.")


class MailboxAliasesView(MemberViewSet):
    """Reading is for everybody who reads the mailbox, the rest for those who manage it."""

    @extend_schema(
        operation_id="mailboxes_aliases_list",
        responses=AliasSerializer(many=True),
        description="Those that are not confirmed yet too.",
    )
    @action(detail=True, serializer_class=AliasSerializer, ordering=("address_key", "id"))
    @takes(*PAGE)
    def aliases(self, request: Request, pk: str) -> Response:
        return self.respond_list(aliases_of(get_mailbox_for(self.member, pk)))

    @extend_schema(
        operation_id="mailboxes_aliases_create",
        request=AliasSerializer,
        responses={201: AliasSerializer},
        description="Mails a link to the address, through the mailbox. Asked for again, a new link replaces the first. "
        "400 when the letter is not accepted.",
    )
    @aliases.mapping.post
    def request_alias(self, request: Request, pk: str) -> Response:
        get_managed_mailbox_for(self.member, pk)  # nothing is said of the body to those who may not know of it
        data = self.checked_data()
        alias = request_alias(self.member, pk, address=data["address"], name=data.get("name", ""))
        return Response(self.get_serializer(alias).data, status=201)

    @extend_schema(
        operation_id="mailboxes_aliases_delete",
        responses={204: None},
        description="Its link stops working, and nothing is sent from it any more.",
    )
    @action(detail=True, methods=["delete"], url_path=r"aliases/(?P<alias_id>[^/.]+)", url_name="alias")
    def withdraw_alias(self, request: Request, pk: str, alias_id: str) -> Response:
        withdraw_alias(self.member, pk, alias_id)
        return Response(status=204)
