"""`mailboxes/{id}/quarantine/`: letters that could not be filed (G14)."""

from __future__ import annotations

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from api.exact import PAGE, takes
from api.ids import IdField
from api.resources.mailbox_stopping import NOT_NOW
from api.viewsets import MemberViewSet
from mailboxes.access import get_mailbox_for, get_managed_mailbox_for
from mailboxes.foreign_reading import note_reading
from sync.quarantine import request_retry
from threads.access import get_quarantined_for
from threads.models import Folder, QuarantinedLetter
from threads.raw_store import read_raw

ONE = r"quarantine/(?P<quarantine_id>[^/.]+)"


class QuarantinedSerializer(serializers.Serializer[QuarantinedLetter]):
    """A letter that waits. What could be read of it stands here; `has_raw` says whether its bytes can be had."""

    id = IdField(source="pk")
    folder = serializers.ChoiceField(Folder.Role.choices, source="entry.folder.role")
    reason = serializers.ChoiceField(QuarantinedLetter.Reason.choices)
    text = serializers.CharField(source="get_reason_display", help_text="The reason in words.")
    detail = serializers.CharField(help_text="The kind of error.")
    subject = serializers.CharField()
    from_address = serializers.CharField()
    message_id_header = serializers.CharField()
    size = serializers.IntegerField(help_text="Bytes.")
    has_raw = serializers.SerializerMethodField()
    received_at = serializers.DateTimeField()
    tried_at = serializers.DateTimeField()
    try_count = serializers.IntegerField()

    def get_has_raw(self, letter: QuarantinedLetter) -> bool:
        return bool(letter.raw_name)


class MailboxQuarantineView(MemberViewSet):
    """Reading is for everybody who reads the mailbox, trying again for those who manage it."""

    @extend_schema(
        operation_id="mailboxes_quarantine_list",
        responses=QuarantinedSerializer(many=True),
        description="The letters that could not be filed, newest first.",
    )
    @action(detail=True, serializer_class=QuarantinedSerializer, ordering=("-received_at", "-id"))
    @takes(*PAGE)
    def quarantine(self, request: Request, pk: str) -> Response:
        mailbox = get_mailbox_for(self.member, pk)
        page = self.page_of(QuarantinedLetter.objects.filter(mailbox=mailbox).select_related("entry__folder"))
        if page:
            note_reading(self.member, [mailbox])
        return self.get_paginated_response(self.get_serializer(page, many=True).data)

    @extend_schema(
        responses={(200, "message/rfc822"): OpenApiTypes.BINARY}, description="The letter as it came, whole."
    )
    @action(detail=True, url_path=f"{ONE}/raw", url_name="quarantine-raw")
    def quarantine_raw(self, request: Request, pk: str, quarantine_id: str) -> HttpResponse:
        letter = get_quarantined_for(self.member, get_mailbox_for(self.member, pk), quarantine_id)
        return HttpResponse(
            read_raw(letter.raw_name),
            content_type="message/rfc822",
            headers={"Content-Disposition": f'attachment; filename="quarantine-{letter.pk}.eml"'},
        )

    @extend_schema(
        request=None,
        responses={202: QuarantinedSerializer, **NOT_NOW},
        description="Tries to file it once more. 409 when its bytes are only on a server that cannot be asked now.",
    )
    @action(detail=True, methods=["post"], url_path=f"{ONE}/retry", url_name="quarantine-retry")
    def quarantine_retry(self, request: Request, pk: str, quarantine_id: str) -> Response:
        letter = get_quarantined_for(self.member, get_managed_mailbox_for(self.member, pk), quarantine_id)
        request_retry(letter)
        return Response(QuarantinedSerializer(letter).data, status=202)
