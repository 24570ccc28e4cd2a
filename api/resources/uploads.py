"""`uploads/`: files for letters."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import ApiToken
from api.domain_errors import field_error
from api.idempotency import idempotent
from api.ids import IdField, RowIdField
from api.parsers import BoundedJSONParser
from api.permissions import require_scope
from api.viewsets import MemberViewSet
from outbox.forwarding import keep_attachment
from outbox.models import Upload
from outbox.services import store_upload
from sync.attachments import open_attachment


class UploadSerializer(serializers.Serializer[Upload]):
    """A file, named by its id in a letter's `attachments`."""

    id = IdField(source="pk")
    file = serializers.FileField(write_only=True, allow_empty_file=True, required=False)
    attachment = RowIdField(write_only=True, required=False, help_text="Instead: a file of a letter, to be copied.")
    filename = serializers.CharField(read_only=True)
    size = serializers.IntegerField(read_only=True, help_text="Bytes.")
    content_type = serializers.CharField(read_only=True)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if ("file" in attrs) == ("attachment" in attrs):
            raise field_error("file", _("Send a file, or name an attachment."), code="required")
        return attrs


class UploadView(MemberViewSet):
    """Files for letters."""

    serializer_class = UploadSerializer
    parser_classes = [MultiPartParser, BoundedJSONParser]
    read_scope = ApiToken.Scope.MAIL_SEND
    write_scope = ApiToken.Scope.MAIL_SEND

    @idempotent(is_atomic=False)
    def create(self, request: Request) -> Response:
        """The body is a form with the file, or JSON that names an attachment, which is fetched from the mail server."""
        data = self.checked_data()
        if "file" in data:
            upload = store_upload(self.member, data["file"])
        else:
            require_scope(request, ApiToken.Scope.MAIL_READ)
            upload = keep_attachment(self.member, data["attachment"], open_attachment)
        return Response(self.get_serializer(upload).data, status=201)
