"""`account-exports/`: everything of the account in one file; for administrators."""

from __future__ import annotations

from django.http import StreamingHttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import ApiToken
from api.ids import IdField
from api.permissions import require_scope
from api.viewsets import MemberViewSet
from privacy.account_export import list_exports, open_export, request_export
from privacy.models import AccountExport


class AccountExportSerializer(serializers.Serializer[AccountExport]):
    """An archive: JSON lines, and the mail that you may see as mbox files."""

    id = IdField(source="pk")
    state = serializers.ChoiceField(AccountExport.State.choices, read_only=True)
    size = serializers.IntegerField(read_only=True, help_text="Bytes, once it is done.")
    letter_count = serializers.IntegerField(read_only=True)
    missing_count = serializers.IntegerField(read_only=True, help_text="Files of letters that no mail server gave us.")
    created_at = serializers.DateTimeField(read_only=True)
    finished_at = serializers.DateTimeField(read_only=True)
    expires_at = serializers.DateTimeField(read_only=True, help_text="Then it is deleted.")


class AccountExportView(MemberViewSet):
    """Your exports of the account. Others do not see them."""

    queryset = AccountExport.objects
    serializer_class = AccountExportSerializer
    read_scope = ApiToken.Scope.ADMIN
    write_scope = ApiToken.Scope.ADMIN
    needs_fresh_sign_in = True
    pagination_class = None

    @extend_schema(responses={200: AccountExportSerializer(many=True)})
    def list(self, request: Request) -> Response:
        return Response(self.get_serializer(list_exports(self.member), many=True).data)

    @extend_schema(
        request=None,
        responses={202: AccountExportSerializer},
        description="Packs it up in the background; a notice `account.exported` says when it is ready. While one is "
        "being packed it is that one. Needs `mail:read` too.",
    )
    def create(self, request: Request) -> Response:
        require_scope(request, ApiToken.Scope.MAIL_READ)
        return Response(self.get_serializer(request_export(self.member)).data, status=202)

    @extend_schema(
        responses={(200, "application/zip"): OpenApiTypes.BINARY}, description="The archive. Needs `mail:read` too."
    )
    @action(detail=True, methods=["get"])
    def file(self, request: Request, pk: str) -> StreamingHttpResponse:
        require_scope(request, ApiToken.Scope.MAIL_READ)
        order, pieces = open_export(self.member, pk)
        name = f'attachment; filename="account-{order.pk}.zip"'
        headers = {"Content-Disposition": name, "Content-Length": str(order.size)}
        return StreamingHttpResponse(pieces, content_type="application/zip", headers=headers)
