"""`mailboxes/{id}/import/`: letters of a file brought in (G16)."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from api.ids import IdField
from api.viewsets import MemberViewSet
from mailboxes.access import get_managed_mailbox_for
from privacy.importing import list_imports, request_import
from privacy.models import MailImport


class ImportFailureSerializer(serializers.Serializer[Any]):
    """A letter that could not be imported."""

    number = serializers.IntegerField(help_text="Which one of the file; the first is 1.")
    reason = serializers.ChoiceField(["unreadable", "too_slow", "too_large", "no_letter", "unstorable"])


class MailImportSerializer(serializers.Serializer[MailImport]):
    """A file of letters, and what became of them."""

    id = IdField(source="pk")
    file = serializers.FileField(write_only=True, allow_empty_file=True, help_text=".eml or mbox.")
    filename = serializers.CharField(read_only=True)
    state = serializers.ChoiceField(MailImport.State.choices, read_only=True)
    size = serializers.IntegerField(read_only=True, help_text="Bytes.")
    done_bytes = serializers.IntegerField(read_only=True)
    new_count = serializers.IntegerField(read_only=True)
    known_count = serializers.IntegerField(read_only=True, help_text="Here already; nothing of them is changed.")
    skipped_count = serializers.IntegerField(
        read_only=True, help_text="The mailbox never stores such letters, or they were deleted here for good."
    )
    failed_count = serializers.IntegerField(read_only=True)
    failures = ImportFailureSerializer(many=True, read_only=True, help_text="The first ones.")
    created_at = serializers.DateTimeField(read_only=True)
    finished_at = serializers.DateTimeField(read_only=True)


class MailboxImportsView(MemberViewSet):
    """For those who manage the mailbox."""

    @extend_schema(
        methods=["get"],
        operation_id="mailboxes_imports",
        filters=False,
        responses={200: MailImportSerializer(many=True)},
        description="The newest imports.",
    )
    @extend_schema(
        methods=["post"],
        operation_id="mailboxes_import",
        responses={202: MailImportSerializer},
        description="Imports the letters of a file in the background, silently; the same again changes nothing.",
    )
    @action(
        detail=True,
        methods=["get", "post"],
        url_path="import",
        url_name="import",
        serializer_class=MailImportSerializer,
        parser_classes=[MultiPartParser],
        pagination_class=None,
        filterset_class=None,
    )
    def import_mail(self, request: Request, pk: str) -> Response:
        mailbox = get_managed_mailbox_for(self.member, pk)
        if request.method == "GET":
            return Response(serializers.ListSerializer(list(list_imports(mailbox)), child=MailImportSerializer()).data)
        file = self.checked_data()["file"]
        order = request_import(self.member, mailbox, file, file.name)
        return Response(MailImportSerializer(order).data, status=202)
