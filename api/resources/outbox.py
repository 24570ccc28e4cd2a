"""`outbox/`: letters on their way out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from email.utils import formataddr
from typing import Any

from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.members import MAX_UNDO_SECONDS
from accounts.models import ApiToken
from api.idempotency import idempotent, passes_to_idempotent
from api.ids import IdField
from api.permissions import require_scope
from api.resources.letter_fields import MAX_LISTED, LetterFieldsSerializer, OwnAliasId, OwnMailboxId, id_of
from api.resources.letter_hits import HitActions, TrackedFields
from api.resources.outbox_queue import OutboxFilters, QueueActions
from letter_templates.rendering import literal
from outbox.access import get_mail_for
from outbox.advice import advice_for
from outbox.drafts import DraftFile
from outbox.forwarding import ForwardDefaults, forward_defaults, keep_files
from outbox.from_template import fill_from_template
from outbox.models import OutgoingMail, OutgoingRecipient
from outbox.services import LetterRequest, cancel, queue_letter, retry
from sync.attachments import open_attachment
from threads.access import get_message_for


class AddressListField(serializers.ListField):
    """`Name <address>` strings on the wire, rows with us: each field shows those of its own name."""

    child = serializers.CharField(max_length=1000)

    def get_attribute(self, instance: OutgoingMail) -> list[str]:
        return [
            formataddr((row.name, row.address), charset="utf-8") if row.name else row.address
            for row in instance.recipients.all()
            if row.kind == self.field_name
        ]


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


class OutgoingMailSerializer(TrackedFields, LetterFieldsSerializer):
    """A letter to be sent, and what became of it."""

    id = IdField(source="pk")
    mailbox = OwnMailboxId(
        required=False,
        help_text="Where it is written; a template may name one. The answer names the one that sends it.",
    )
    alias = OwnAliasId(required=False, allow_null=True, help_text="Another address of the mailbox to send from.")
    answers_to = IdField(source="answers_to_id", allow_null=True, help_text="Where it was written, when another sends.")
    to = AddressListField(required=False, max_length=MAX_LISTED)
    cc = AddressListField(required=False, max_length=MAX_LISTED)
    bcc = AddressListField(required=False, max_length=MAX_LISTED)
    merge_fields = serializers.BooleanField(
        source="has_fields",
        required=False,
        help_text="Whether subject, text and html hold merge fields; by default with a template, a contact or a lead.",
    )
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
    is_automatic = serializers.BooleanField(read_only=True, help_text="A trigger or a stage sent it.")

    @extend_schema_field(LetterErrorSerializer(allow_null=True))
    def get_error(self, mail: OutgoingMail) -> dict[str, Any] | None:
        return dict(LetterErrorSerializer(mail).data) if mail.error_code else None


class OutboxView(HitActions, QueueActions):
    """Letters on their way out, newest first."""

    queryset = OutgoingMail.objects
    serializer_class = OutgoingMailSerializer
    filterset_class = OutboxFilters
    read_scope = ApiToken.Scope.MAIL_READ
    write_scope = ApiToken.Scope.MAIL_SEND
    ordering = ("-created_at", "-id")

    def list(self, request: Request) -> Response:
        mine = OutgoingMail.objects.visible_to(self.member)
        return self.respond_list(mine.select_related("tracked").prefetch_related("recipients", "attachments"))

    def retrieve(self, request: Request, pk: str) -> Response:
        return Response(self.get_serializer(get_mail_for(self.member, pk)).data)

    @extend_schema(
        description="Queues a letter: it goes at once, or after `undo_seconds`, or at `send_at`. What it does not say "
        "is taken from `template`. With `forward_message` the forwarded letter stands below, and its files go along "
        "unless `attachments` says which do."
    )
    @passes_to_idempotent
    def create(self, request: Request) -> Response:
        wanted = letter_request(self.checked_data())
        if wanted.forward_message_id:  # its words go to whomever the asker names
            require_scope(request, ApiToken.Scope.MAIL_READ)
        files = self._forwarded_files(wanted) if "attachments" not in request.data else []
        return self._queue(request, wanted, files)

    @idempotent()
    def _queue(self, request: Request, wanted: LetterRequest, files: Sequence[DraftFile]) -> Response:
        letter = with_forwarded(wanted, self._forwarded(wanted, with_files=bool(files)), files)
        if letter.template_id:
            letter = fill_from_template(self.member, letter)
        return self.respond_created(queue_letter(self.member, letter))

    def _forwarded_files(self, wanted: LetterRequest) -> Sequence[DraftFile]:
        """Fetched from the mail server before any transaction begins."""
        forwarded = self._forwarded(wanted, with_files=True)
        return keep_files(self.member, forwarded.files, open_attachment) if forwarded else []

    def _forwarded(self, wanted: LetterRequest, *, with_files: bool) -> ForwardDefaults | None:
        if wanted.forward_message_id is None:
            return None
        return forward_defaults(get_message_for(self.member, wanted.forward_message_id), with_files=with_files)

    @extend_schema(request=None, description="Takes a letter back that is not being sent yet; else 409.")
    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, pk: str) -> Response:
        return Response(self.get_serializer(cancel(self.member, pk)).data)

    @extend_schema(request=None, description="Sends a failed letter again, or one whose outcome is unknown; else 409.")
    @action(detail=True, methods=["post"])
    def retry(self, request: Request, pk: str) -> Response:
        return Response(self.get_serializer(retry(self.member, pk)).data)


def letter_request(data: dict[str, Any]) -> LetterRequest:
    names = ("to", "cc", "bcc", "subject", "text", "html", "quote_text", "quote_html", "with_signature")
    more = ("attachment_url", "content_ids", "send_at", "undo_seconds", "triggers", "track_opens", "track_links")
    wanted = LetterRequest(
        mailbox_id=id_of(data, "mailbox") or 0,
        to=data.get("to", []),
        alias_id=id_of(data, "alias"),
        template_id=id_of(data, "template"),
        contact_id=id_of(data, "contact"),
        lead_id=id_of(data, "lead"),
        reply_to_message_id=id_of(data, "reply_to_message"),
        forward_message_id=id_of(data, "forward_message"),
        upload_ids=data.get("attachments", []),
    )
    has_card = bool(wanted.template_id or wanted.contact_id or wanted.lead_id)
    given = {name: data[name] for name in (*names, *more) if name in data}
    return replace(wanted, merge_fields=data.get("has_fields", has_card), **given)


def with_forwarded(
    wanted: LetterRequest, forwarded: ForwardDefaults | None, files: Sequence[DraftFile]
) -> LetterRequest:
    """The letter that is forwarded, below what is written; a quote of the client's own instead is left as it is."""
    if forwarded is None:
        return wanted
    is_filled_in = wanted.merge_fields or wanted.template_id
    has_quote = bool(wanted.quote_text or wanted.quote_html)
    return replace(
        wanted,
        subject=wanted.subject or (literal(forwarded.subject) if is_filled_in else forwarded.subject),
        quote_text=wanted.quote_text if has_quote else forwarded.quoted_text,
        quote_html=wanted.quote_html if has_quote else forwarded.quoted_html,
        upload_ids=[*wanted.upload_ids, *(file.upload_id for file in files)],
        content_ids={**wanted.content_ids, **{file.upload_id: file.content_id for file in files}},
    )
