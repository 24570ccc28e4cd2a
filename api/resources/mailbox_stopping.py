"""`mailboxes/{id}/pause/`, `resume/`, `disconnect/` (K64, K65)."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from api.problems import MEDIA_TYPE
from api.resources.mailbox_serializers import MailboxSerializer
from api.schema import ProblemSerializer
from api.viewsets import MemberViewSet
from mailboxes.access import get_managed_mailbox_for
from mailboxes.disconnecting import Emails, disconnect, pause, resume

NOT_NOW = {(409, MEDIA_TYPE): OpenApiResponse(ProblemSerializer, "Not possible in this state: `wrong-state`.")}


class DisconnectSerializer(serializers.Serializer[Any]):
    """What becomes of the mail."""

    emails = serializers.ChoiceField([(choice.value, choice.value) for choice in Emails])
    confirm = serializers.CharField(
        max_length=320,
        required=False,
        allow_blank=True,
        help_text="With `delete`, where a person typed the address of the mailbox: another one is refused.",
    )


class MailboxStoppingView(MemberViewSet):
    """For those who manage the mailbox."""

    @extend_schema(
        request=None,
        responses={200: MailboxSerializer, **NOT_NOW},
        description="Nothing is fetched or sent any more; everything stays readable. Letters in the outbox wait.",
    )
    @action(detail=True, methods=["post"])
    def pause(self, request: Request, pk: str) -> Response:
        return Response(MailboxSerializer(pause(self.member, pk), context=self.get_serializer_context()).data)

    @extend_schema(
        request=None,
        responses={200: MailboxSerializer, **NOT_NOW},
        description="A paused mailbox goes on where it was. A disconnected one is reconnected with its password.",
    )
    @action(detail=True, methods=["post"])
    def resume(self, request: Request, pk: str) -> Response:
        return Response(MailboxSerializer(resume(self.member, pk), context=self.get_serializer_context()).data)

    @extend_schema(
        request=DisconnectSerializer,
        responses={200: MailboxSerializer, 202: MailboxSerializer, **NOT_NOW},
        description="Forgets the sign-in. `keep`: everything stays readable, and reconnecting goes on where it was. "
        "`delete` (202): messages and files are deleted here in the background, and nobody sees them from now on; "
        "notes with date and direction stay on the cards. Nothing is changed on the mail server.",
    )
    @action(detail=True, methods=["post"], serializer_class=DisconnectSerializer)
    def disconnect(self, request: Request, pk: str) -> Response:
        get_managed_mailbox_for(self.member, pk)  # nothing is said of the body to those who may not know of it
        data = self.checked_data()
        emails = data["emails"]
        mailbox = disconnect(self.member, pk, emails=emails, confirmation=data.get("confirm"))
        answer = MailboxSerializer(mailbox, context=self.get_serializer_context()).data
        return Response(answer, status=202 if emails == Emails.DELETE else 200)
