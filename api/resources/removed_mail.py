"""`contacts/{id}/removed-mail/`: what stays of letters that were deleted with their mailbox (K64)."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import ApiToken
from api.exact import PAGE, takes
from api.ids import IdField
from api.viewsets import MemberViewSet
from crm.access import get_contact
from threads.models import Message, RemovedLetter


class RemovedLetterSerializer(serializers.Serializer[RemovedLetter]):
    """There was a letter. Its text is only on the mail server."""

    id = IdField(source="pk")
    mailbox_address = serializers.CharField(source="mailbox.address")
    direction = serializers.ChoiceField(Message.Direction.choices)
    received_at = serializers.DateTimeField()


class RemovedMailView(MemberViewSet):
    """For those who could see the mailbox when it was disconnected."""

    @extend_schema(
        operation_id="contacts_removed_mail_list",
        responses=RemovedLetterSerializer(many=True),
        description="Letters of this contact that were deleted with their mailbox, newest first: date and direction.",
    )
    @action(
        detail=True,
        url_path="removed-mail",
        url_name="removed-mail",
        serializer_class=RemovedLetterSerializer,
        filterset_class=None,
        read_scope=ApiToken.Scope.MAIL_READ,
        ordering=("-received_at", "-id"),
    )
    @takes(*PAGE)
    def removed_mail(self, request: Request, pk: str) -> Response:
        notes = RemovedLetter.objects.visible_to(self.member).of_contact(get_contact(pk))
        return self.respond_list(notes.for_card())
