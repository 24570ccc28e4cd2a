"""`uploads/`: files for letters."""

from __future__ import annotations

from rest_framework import serializers
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import ApiToken
from api.idempotency import idempotent
from api.ids import IdField
from api.viewsets import MemberViewSet
from outbox.models import Upload
from outbox.services import store_upload


class UploadSerializer(serializers.Serializer[Upload]):
    """A file, named by its id in a letter's `attachments`."""

    id = IdField(source="pk")
    file = serializers.FileField(write_only=True, allow_empty_file=True)
    filename = serializers.CharField(read_only=True)
    size = serializers.IntegerField(read_only=True, help_text="Bytes.")
    content_type = serializers.CharField(read_only=True)


class UploadView(MemberViewSet):
    """Files for letters."""

    serializer_class = UploadSerializer
    parser_classes = [MultiPartParser]
    read_scope = ApiToken.Scope.MAIL_SEND
    write_scope = ApiToken.Scope.MAIL_SEND

    @idempotent()
    def create(self, request: Request) -> Response:
        upload = store_upload(self.member, self.checked_data()["file"])
        return Response(self.get_serializer(upload).data, status=201)
