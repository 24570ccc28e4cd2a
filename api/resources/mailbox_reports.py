"""`mailboxes/{id}/...`: the ledger, "why is it not here?", and loading older mail."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from api.domain_errors import Refusal
from api.exact import checked, takes
from api.ids import IdField
from api.problems import MEDIA_TYPE
from api.resources.mailbox_serializers import MailboxSerializer
from api.resources.mailbox_stopping import NOT_NOW
from api.schema import ProblemSerializer
from api.viewsets import MemberViewSet
from mailboxes.access import get_mailbox_for, get_managed_mailbox_for
from sync.left_out import request_fetch
from sync.services import request_older
from sync.why import Answer, Explanation, Question, explain_absence
from threads.access import get_left_out_for
from threads.ledger_report import REASONS, FolderLedger, Skipped, ledger_of
from threads.models import Folder


class SkippedSerializer(serializers.Serializer[Skipped]):
    """Letters of the server that are not among those of the mailbox."""

    reason = serializers.ChoiceField(REASONS)
    count = serializers.IntegerField()


class FolderLedgerSerializer(serializers.Serializer[FolderLedger]):
    """`agrees`: each letter on the server is imported, skipped for a reason, or failed."""

    folder = serializers.ChoiceField(Folder.Role.choices)
    on_server = serializers.IntegerField()
    imported = serializers.IntegerField()
    skipped = SkippedSerializer(many=True)
    failed = serializers.IntegerField()
    agrees = serializers.BooleanField()


class LedgerSerializer(serializers.Serializer[Any]):
    """What became of every letter that the mail server has."""

    folders = FolderLedgerSerializer(many=True)


class AnswerSerializer(serializers.Serializer[Answer]):
    """One thing that is known; `text` says it in words, in the member's language. What does not apply is null or ""."""

    code = serializers.CharField()
    text = serializers.CharField(source="words")
    folder = serializers.CharField(allow_blank=True)
    uid = serializers.IntegerField(allow_null=True)
    message = IdField(source="message_id", allow_null=True)
    thread = IdField(source="thread_id", allow_null=True)
    quarantine = IdField(source="quarantine_id", allow_null=True)
    subject = serializers.CharField(allow_blank=True)


class ExplanationSerializer(serializers.Serializer[Explanation]):
    """`is_server_asked` is false when the mail server could not be asked: then only what is known here is told."""

    message_id = serializers.CharField(source="question.message_id", allow_blank=True)
    address = serializers.CharField(source="question.address", allow_blank=True)
    is_server_asked = serializers.BooleanField()
    answers = AnswerSerializer(many=True)


class LetterPlaceSerializer(serializers.Serializer[Any]):
    """A letter on the mail server, as answers of `why` name it."""

    folder = serializers.ChoiceField(Folder.Role.choices)
    uid = serializers.IntegerField(min_value=1)


class MailboxReportsView(MemberViewSet):
    """What the mailboxes resource reports; reading is for everybody who reads the mailbox."""

    @extend_schema(request=None, responses={202: MailboxSerializer}, description="Loads the mail that was left out.")
    @action(detail=True, methods=["post"], url_path="load-older", url_name="load-older")
    def load_older(self, request: Request, pk: str) -> Response:
        mailbox = get_managed_mailbox_for(self.member, pk)
        request_older(mailbox)
        mailbox.refresh_from_db()
        return Response(MailboxSerializer(mailbox).data, status=202)

    @extend_schema(
        request=LetterPlaceSerializer,
        responses={202: None, **NOT_NOW},
        description="Fetches a letter that was left on the server because nobody in it had a card (`unmatched`).",
    )
    @action(detail=True, methods=["post"], url_path="fetch", url_name="fetch")
    def fetch(self, request: Request, pk: str) -> Response:
        mailbox = get_mailbox_for(self.member, pk)
        asked = checked(LetterPlaceSerializer(data=request.data))
        request_fetch(get_left_out_for(mailbox, **asked))
        return Response(status=202)

    @extend_schema(responses=LedgerSerializer, description="What became of every letter that the server has.")
    @action(detail=True)
    def ledger(self, request: Request, pk: str) -> Response:
        folders = ledger_of(get_mailbox_for(self.member, pk))
        return Response(LedgerSerializer({"folders": folders}).data)

    @extend_schema(
        parameters=[
            OpenApiParameter("message_id", str, description="The letter's Message-ID, with or without <>."),
            OpenApiParameter("address", str, description="An email address that takes part in it."),
        ],
        responses={
            200: ExplanationSerializer,
            (400, MEDIA_TYPE): OpenApiResponse(ProblemSerializer, "Not exactly one of the two is named."),
        },
        description="Why a letter is here or not, by one of the two. The mail server is asked.",
    )
    @action(detail=True)
    @takes("message_id", "address")
    def why(self, request: Request, pk: str) -> Response:
        mailbox = get_mailbox_for(self.member, pk)
        found = explain_absence(self.member, mailbox, question_of(request))
        return Response(ExplanationSerializer(found).data)


def question_of(request: Request) -> Question:
    """Raises Refusal: one of the two has to be named, and an address has to be one."""
    message_id = request.query_params.get("message_id", "").strip()
    address = request.query_params.get("address", "").strip()
    if bool(message_id) == bool(address):
        raise Refusal(400, "invalid-request", _("Name either message_id or address."))
    if address and "@" not in address:
        raise Refusal(400, "invalid-request", _("Enter an email address such as name@example.com."))
    return Question.of(message_id=message_id, address=address)
