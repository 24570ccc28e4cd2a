"""`outbox/`: letters on their way out."""

from __future__ import annotations

from email.utils import formataddr
from typing import Any

from django.db.models import QuerySet
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import ApiToken
from api.idempotency import idempotent
from api.ids import IdField, IdFilter, RelatedId, RowIdField
from api.viewsets import MemberViewSet
from mailboxes.models import Mailbox
from outbox.access import get_mail_for
from outbox.advice import advice_for
from outbox.models import OutgoingMail, OutgoingRecipient
from outbox.requests import MAX_UNDO_SECONDS
from outbox.services import LetterRequest, cancel, queue_letter, retry
from threads.models import Message

MAX_LISTED = 1000


class OwnMailboxId(RelatedId):
    """A mailbox that the asker writes with."""

    def get_queryset(self) -> QuerySet[Mailbox]:
        return Mailbox.objects.visible_to(self.context["request"].member)


class OwnMessageId(RelatedId):
    """A letter that the asker reads."""

    def get_queryset(self) -> QuerySet[Message]:
        return Message.objects.visible_to(self.context["request"].member).kept()


class AddressListField(serializers.ListField):
    """`Name <address>` strings on the wire, rows with us: each field shows those of its own name."""

    child = serializers.CharField(max_length=1000)

    def get_attribute(self, instance: OutgoingMail) -> list[str]:
        return [
            formataddr((row.name, row.address), charset="utf-8") if row.name else row.address
            for row in instance.recipients.all()
            if row.kind == self.field_name
        ]


class UploadIdsField(serializers.ListField):
    """Ids of `uploads/`."""

    child = RowIdField()

    def get_attribute(self, instance: OutgoingMail) -> list[int]:
        return [row.upload_id for row in instance.attachments.all()]


class RecipientSerializer(serializers.Serializer[OutgoingRecipient]):
    """What the server said about one recipient."""

    address = serializers.CharField()
    state = serializers.ChoiceField(OutgoingRecipient.State.choices)
    error = serializers.CharField(allow_blank=True)


class LetterErrorSerializer(serializers.Serializer[OutgoingMail]):
    """What went wrong, in the server's own words (`detail`) and what to do (`advice`)."""

    code = serializers.CharField(source="error_code")
    detail = serializers.CharField(source="error_detail")
    advice = serializers.SerializerMethodField()

    def get_advice(self, mail: OutgoingMail) -> str:
        advice = advice_for(mail.error_code)
        return f"{advice.what} {advice.do}" if advice else ""


class OutgoingMailSerializer(serializers.Serializer[OutgoingMail]):
    """A letter to be sent, and what became of it."""

    id = IdField(source="pk")
    mailbox = OwnMailboxId(help_text="Where it is written. It may go out through another one, which the answer names.")
    answers_to = IdField(source="answers_to_id", allow_null=True, help_text="Where it was written, when another sends.")
    to = AddressListField(required=False, max_length=MAX_LISTED)
    cc = AddressListField(required=False, max_length=MAX_LISTED)
    bcc = AddressListField(required=False, max_length=MAX_LISTED)
    subject = serializers.CharField(required=False, allow_blank=True)
    text = serializers.CharField(required=False, allow_blank=True, trim_whitespace=False)
    html = serializers.CharField(required=False, allow_blank=True, trim_whitespace=False)
    attachments = UploadIdsField(required=False, max_length=MAX_LISTED)
    reply_to_message = OwnMessageId(required=False, allow_null=True)
    send_at = serializers.DateTimeField(required=False, allow_null=True, write_only=True)
    undo_seconds = serializers.IntegerField(min_value=0, max_value=MAX_UNDO_SECONDS, required=False, write_only=True)
    state = serializers.ChoiceField(OutgoingMail.State.choices, read_only=True)
    error = serializers.SerializerMethodField()
    recipients = RecipientSerializer(many=True, read_only=True)
    message_id_header = serializers.CharField(read_only=True)
    message = IdField(source="message_id", allow_null=True)
    thread = IdField(source="thread_id", allow_null=True)
    attempts = serializers.IntegerField(read_only=True)
    due_at = serializers.DateTimeField(read_only=True)
    sent_at = serializers.DateTimeField(read_only=True, allow_null=True)
    created_at = serializers.DateTimeField(read_only=True)

    @extend_schema_field(LetterErrorSerializer(allow_null=True))
    def get_error(self, mail: OutgoingMail) -> dict[str, Any] | None:
        return dict(LetterErrorSerializer(mail).data) if mail.error_code else None


class OutboxFilters(filters.FilterSet):
    mailbox = IdFilter(field_name="mailbox_id")
    thread = IdFilter(field_name="thread_id")
    state = filters.ChoiceFilter(choices=OutgoingMail.State.choices)


class OutboxView(MemberViewSet):
    """Letters on their way out, newest first."""

    queryset = OutgoingMail.objects
    serializer_class = OutgoingMailSerializer
    filterset_class = OutboxFilters
    read_scope = ApiToken.Scope.MAIL_READ
    write_scope = ApiToken.Scope.MAIL_SEND
    ordering = ("-created_at", "-id")

    def list(self, request: Request) -> Response:
        mine = OutgoingMail.objects.visible_to(self.member)
        return self.respond_list(mine.prefetch_related("recipients", "attachments"))

    def retrieve(self, request: Request, pk: str) -> Response:
        return Response(self.get_serializer(get_mail_for(self.member, pk)).data)

    @extend_schema(description="Queues a letter: it goes at once, or after `undo_seconds`, or at `send_at`.")
    @idempotent()
    def create(self, request: Request) -> Response:
        return self.respond_created(queue_letter(self.member, letter_request(self.checked_data())))

    @extend_schema(request=None, description="Takes a letter back that is not being sent yet; else 409.")
    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, pk: str) -> Response:
        return Response(self.get_serializer(cancel(self.member, pk)).data)

    @extend_schema(request=None, description="Sends a failed letter again, or one whose outcome is unknown; else 409.")
    @action(detail=True, methods=["post"])
    def retry(self, request: Request, pk: str) -> Response:
        return Response(self.get_serializer(retry(self.member, pk)).data)


def letter_request(data: dict[str, Any]) -> LetterRequest:
    answered: Message | None = data.get("reply_to_message")
    names = ("cc", "bcc", "subject", "text", "html", "send_at", "undo_seconds")
    return LetterRequest(
        mailbox_id=data["mailbox"].pk,
        to=data.get("to", []),
        reply_to_message_id=answered.pk if answered else None,
        upload_ids=data.get("attachments", []),
        **{name: data[name] for name in names if name in data},
    )
