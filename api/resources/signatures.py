"""`signatures/`: the fields that a signature may hold, and what one looks like with them filled in."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import ApiToken
from api.ids import RowIdField
from api.signature_field import SignatureField
from api.viewsets import MemberViewSet
from letter_templates.fields import SENDER_GROUPS
from letter_templates.signatures import Signature, preview_signature
from mailboxes import limits


class MergeFieldSerializer(serializers.Serializer[Any]):
    """Written `{{ name }}`, or `{{ name|default("else") }}`."""

    name = serializers.CharField(help_text="Such as `user.name`.")
    label = serializers.CharField()  # type: ignore[assignment]  # of the same name as an attribute of fields
    group = serializers.CharField()


class SignatureRequestSerializer(serializers.Serializer[Any]):
    """Without a mailbox: your own, else the first you see."""

    signature = SignatureField()
    mailbox = RowIdField(required=False, allow_null=True)


class SignaturePreviewSerializer(serializers.Serializer[Signature]):
    """Both forms of it, and the fields that are written out though they are empty."""

    html = serializers.CharField()
    text = serializers.CharField()
    empty_fields = serializers.ListField(child=serializers.CharField())


class SignatureView(MemberViewSet):
    """Signatures are stored in `me/` and in each mailbox."""

    serializer_class = SignatureRequestSerializer
    pagination_class = None
    filter_backends = []
    read_scope = ApiToken.Scope.MAIL_READ
    write_scope = ApiToken.Scope.MAIL_READ  # nothing is stored

    @extend_schema(operation_id="signatures_fields", responses={200: MergeFieldSerializer(many=True)})
    @action(detail=False, methods=["get"])
    def fields(self, request: Request) -> Response:
        rows = [
            {"name": f"{group.name}.{field.name}", "label": field.label, "group": group.label}
            for group in SENDER_GROUPS
            for field in group.fields
        ]
        return Response(MergeFieldSerializer(rows, many=True).data)

    @extend_schema(operation_id="signatures_preview", responses={200: SignaturePreviewSerializer})
    @action(detail=False, methods=["post"])
    def preview(self, request: Request) -> Response:
        limits.check(self.member, "preview")
        asked = self.checked_data()
        made = preview_signature(self.member, asked["signature"], asked.get("mailbox"))
        return Response(SignaturePreviewSerializer(made).data)
