"""`drafts/`: letters that are still being written. Nothing in one has to be right before it is sent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from email.utils import formataddr
from typing import Any

from django.utils.translation import gettext as _
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.members import MAX_UNDO_SECONDS
from accounts.models import ApiToken, Membership
from api.exact import WholeSerializer, checked
from api.idempotency import idempotent, passes_to_idempotent
from api.ids import IdField, IdFilter, RelatedId, RowIdField
from api.permissions import granted_scopes, require_scope
from api.resources.letter_fields import MAX_LISTED, LetterFieldsSerializer, OwnAliasId, OwnMailboxId, id_of
from api.resources.outbox import OutgoingMailSerializer
from api.resources.outbox_to_each import ToEachAnswerSerializer, to_each_answer
from api.versions import PARAMETER, asked_version, etag_of
from api.viewsets import MemberViewSet
from crm.models import Contact, Lead
from letter_templates.models import Template
from mailboxes import limits
from outbox.draft_beginnings import Known, begin_forward, begin_from_template, begin_reply
from outbox.draft_sending import send_draft, send_draft_to_each
from outbox.drafts import (
    DraftFields,
    DraftFile,
    create_draft,
    delete_draft,
    drafts_of,
    fields_of,
    get_draft_for,
    save_draft,
)
from outbox.forwarding import forward_defaults, keep_files
from outbox.merging import words_of
from outbox.models import Draft
from outbox.previewing import Preview, for_one, preview
from outbox.services import take_back, take_back_all
from outbox.texts import text_to_html
from outbox.writing_to_each import MOST, Chosen, addressees_of
from sync.attachments import open_attachment
from threads.access import get_message_for
from threads.models import Message

ROWS = ("mailbox", "alias", "template", "contact", "lead", "reply_to_message", "forward_message")
PLAIN = (
    *("to", "cc", "bcc", "subject", "quote_text", "quote_html", "attachment_url", "with_signature", "send_at"),
    *("triggers", "track_opens", "track_links"),
)
Format = Template.Format


class TypedListField(serializers.ListField):
    """Addresses as far as they are typed."""

    child = serializers.CharField(max_length=1000, allow_blank=True, trim_whitespace=False)


class ChosenSerializer(WholeSerializer):
    """Somebody, and the lead that the letter is about."""

    contact = RelatedId(queryset=Contact.objects)
    lead = RelatedId(queryset=Lead.objects, required=False, allow_null=True)


class DraftSerializer(LetterFieldsSerializer):
    """A letter that is still being written. `text` and `html` are one body: what is written last counts, and `format`
    says which of them it is.
    """

    id = IdField(source="pk")
    mailbox = OwnMailboxId(required=False, allow_null=True)
    alias = OwnAliasId(required=False, allow_null=True, help_text="Another address of the mailbox to send from.")
    to = TypedListField(required=False, max_length=MAX_LISTED)
    cc = TypedListField(required=False, max_length=MAX_LISTED)
    bcc = TypedListField(required=False, max_length=MAX_LISTED)
    to_each = ChosenSerializer(  # type: ignore[call-arg]  # the stubs do not know those of lists
        source="addressees",
        many=True,
        required=False,
        allow_null=True,
        max_length=MOST,
        help_text="Instead of to, cc and bcc: each of them gets a letter of their own, from `send-to-each/`.",
    )
    format = serializers.ChoiceField(Format.choices, required=False, help_text="`visual`: html of the visual editor.")
    reply_to_all = serializers.BooleanField(
        required=False, write_only=True, help_text="With `reply_to_message`, in a new draft: whether it goes to all."
    )
    send_at = serializers.DateTimeField(required=False, allow_null=True)
    version = serializers.IntegerField(read_only=True, help_text="The ETag.")
    created_at = serializers.DateTimeField(read_only=True)
    updated_at = serializers.DateTimeField(read_only=True)

    def to_representation(self, instance: Draft) -> dict[str, Any]:
        """Both forms of the body, as they will be sent."""
        shown = super().to_representation(instance)
        words = words_of(instance.format, subject="", body=instance.body)
        to_each = shown["to_each"] if instance.is_to_each else None
        return {**shown, "to_each": to_each, "text": words.text, "html": words.html if instance.body else ""}


class SendingSerializer(serializers.Serializer[Any]):
    """When a draft goes."""

    send_at = serializers.DateTimeField(required=False, allow_null=True)
    undo_seconds = serializers.IntegerField(min_value=0, max_value=MAX_UNDO_SECONDS, required=False)


class TakeBackSerializer(serializers.Serializer[Any]):
    """A letter of `outbox/`, or a draft whose letters went to each."""

    outbox = RowIdField(required=False)
    draft = RowIdField(required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if not attrs:
            raise serializers.ValidationError({"outbox": _("Name a letter or a draft.")})
        return attrs


class PreviewForSerializer(serializers.Serializer[Any]):
    """Whose fields are filled in; by default those of the draft's card, or of its first recipient."""

    contact = RelatedId(queryset=Contact.objects, required=False, allow_null=True)
    lead = RelatedId(queryset=Lead.objects, required=False, allow_null=True)


class LetterPreviewSerializer(serializers.Serializer[Preview]):
    """A letter as its reader will see it."""

    sender = serializers.SerializerMethodField(help_text="Whom it comes from; empty while no mailbox is chosen.")
    subject = serializers.CharField()
    html = serializers.CharField()
    text = serializers.CharField()
    empty_fields = serializers.ListField(child=serializers.CharField(), help_text="Merge fields without a value.")
    links = serializers.ListField(child=serializers.CharField(), help_text="Files that are fetched when it is sent.")

    def get_sender(self, shown: Preview) -> str:
        return formataddr((shown.sender.name, shown.sender.email), charset="utf-8") if shown.sender else ""


class DraftFilters(filters.FilterSet):
    mailbox = IdFilter(field_name="mailbox_id")


class DraftView(MemberViewSet):
    """Your own drafts, the one changed last first. Nobody else sees them, whoever else writes in the mailbox."""

    queryset = Draft.objects
    serializer_class = DraftSerializer
    filterset_class = DraftFilters
    read_scope = ApiToken.Scope.MAIL_SEND
    write_scope = ApiToken.Scope.MAIL_SEND
    ordering = ("-updated_at", "-id")

    def list(self, request: Request) -> Response:
        return self.respond_list(drafts_of(self.member))

    def retrieve(self, request: Request, pk: str) -> Response:
        return self._respond(get_draft_for(self.member, pk))

    @extend_schema(
        description="What it does not say is filled in, to be changed before it is sent: from `template` as in "
        "`outbox/`; of a letter that it answers recipients, subject and quote, with the scope `mail:read`; with "
        "`forward_message` that letter stands below, and its files go along unless `attachments` says which do."
    )
    @passes_to_idempotent
    def create(self, request: Request) -> Response:
        data = self.checked_data()
        if message := data.get("forward_message"):  # its words go to whomever the asker names
            require_scope(request, ApiToken.Scope.MAIL_READ)
            files = [] if "attachments" in data else kept_files(self.member, message)
            return self._create(request, data, files)
        return self._create(request, data, [])

    @idempotent()
    def _create(self, request: Request, data: dict[str, Any], files: Sequence[DraftFile]) -> Response:
        draft = create_draft(self.member, self._begun(data, files))
        response = self.respond_created(draft)
        response["ETag"] = etag_of(draft.version)
        return response

    def _begun(self, data: dict[str, Any], files: Sequence[DraftFile]) -> DraftFields:
        """What the body names, above what it begins with."""
        begun = replace(self._answering(data), attachments=files)
        if template_id := id_of(data, "template"):
            begun = begin_from_template(self.member, template_id, _known(data, begun))
        fields = changed(begun, data)
        return fields if "attachments" not in data else replace(fields, attachments=_all_files(begun, fields))

    def _answering(self, data: dict[str, Any]) -> DraftFields:
        if message_id := id_of(data, "forward_message"):
            message = get_message_for(self.member, message_id)
            has_files = "attachments" not in data
            return begin_forward(message, forward_defaults(message, with_files=has_files))
        message_id = id_of(data, "reply_to_message")
        if message_id is None or ApiToken.Scope.MAIL_READ not in granted_scopes(self.request):
            return DraftFields()
        to_all = data.get("reply_to_all", False)
        return begin_reply(self.member, get_message_for(self.member, message_id), to_all=to_all)

    @extend_schema(parameters=[PARAMETER], description="A file that is not named in `attachments` is taken off.")
    def partial_update(self, request: Request, pk: str) -> Response:
        draft = get_draft_for(self.member, pk)
        fields = changed(fields_of(draft), self.checked_data(partial=True))
        version = asked_version(request)
        # What was left out of the body is as we read it just now: nobody may have changed it in between.
        return self._respond(save_draft(self.member, pk, fields, draft.version if version is None else version))

    @extend_schema(parameters=[PARAMETER])
    def destroy(self, request: Request, pk: str) -> Response:
        delete_draft(self.member, pk, asked_version(request))
        return Response(status=204)

    @extend_schema(
        parameters=[PARAMETER],
        responses={201: OutgoingMailSerializer},
        description="Queues it. `outbox/{id}/cancel/` brings the draft back as long as it was not sent.",
    )
    @action(detail=True, methods=["post"], serializer_class=SendingSerializer)
    @idempotent()
    def send(self, request: Request, pk: str) -> Response:
        get_draft_for(self.member, pk)  # before its body: to others it is not there
        given = self.checked_data()
        mail = send_draft(self.member, pk, asked_version(request), **given)
        return Response(OutgoingMailSerializer(mail, context=self.get_serializer_context()).data, status=201)

    @extend_schema(
        parameters=[PARAMETER],
        responses={201: ToEachAnswerSerializer},
        description="Queues a letter to each of `to_each`, all or none. It needs the scope `contacts:read`, too. "
        "`take-back/` brings the draft back as long as none of them was sent.",
    )
    @action(detail=True, methods=["post"], url_path="send-to-each", serializer_class=SendingSerializer)
    @idempotent()
    def send_to_each(self, request: Request, pk: str) -> Response:
        require_scope(request, ApiToken.Scope.CONTACTS_READ)
        draft = get_draft_for(self.member, pk)
        found = addressees_of(fields_of(draft).to_each or ())
        letters = send_draft_to_each(self.member, pk, asked_version(request), **self.checked_data())
        return Response(to_each_answer(found, letters), status=201)

    @extend_schema(
        request=TakeBackSerializer,
        responses={200: DraftSerializer},
        description="Cancels a letter of your own that was not sent yet, to write on in it; else 409. Of a draft that "
        "went to each: all its letters.",
    )
    @action(detail=False, methods=["post"], url_path="take-back", url_name="take-back")
    def take_back(self, request: Request) -> Response:
        named = checked(TakeBackSerializer(data=request.data))
        if "outbox" in named:
            return self._respond(take_back(self.member, named["outbox"]))
        return self._respond(take_back_all(self.member, named["draft"]))

    @extend_schema(
        request=PreviewForSerializer,
        responses={200: LetterPreviewSerializer},
        description="With the fields of the card that you or the draft name, or of whoever has the first address; one "
        "to each as that contact gets it, or the first of them. It needs the scope `contacts:read`, too.",
    )
    @action(detail=True, methods=["post"], serializer_class=PreviewForSerializer)
    def preview(self, request: Request, pk: str) -> Response:
        require_scope(request, ApiToken.Scope.CONTACTS_READ)
        limits.check(self.member, "preview")
        fields = fields_of(get_draft_for(self.member, pk))  # before its body: to others it is not there
        given = self.checked_data()
        fields = for_one(fields, id_of(given, "contact"))
        shown = preview(self.member, fields, contact=given.get("contact"), lead=given.get("lead"))
        return Response(LetterPreviewSerializer(shown).data)

    def _respond(self, draft: Draft) -> Response:
        return Response(self.get_serializer(draft).data, headers={"ETag": etag_of(draft.version)})


def kept_files(member: Membership, message: Message) -> list[DraftFile]:
    """Fetched from the mail server before any transaction begins."""
    return keep_files(member, forward_defaults(get_message_for(member, message.pk)).files, open_attachment)


def _known(data: dict[str, Any], begun: DraftFields) -> Known:
    return Known(
        mailbox_id=id_of(data, "mailbox"),
        contact_id=id_of(data, "contact"),
        lead_id=id_of(data, "lead"),
        has_recipients=any(data.get(line) for line in ("to", "cc", "bcc")),
        begun=begun,
    )


def _all_files(begun: DraftFields, fields: DraftFields) -> list[DraftFile]:
    """Those of the template, whose text may show them, and those that are named."""
    return [*begun.attachments, *fields.attachments]


def changed(before: DraftFields, data: dict[str, Any]) -> DraftFields:
    """With what the body names."""
    given: dict[str, Any] = {name: data[name] for name in PLAIN if name in data}
    given |= {f"{name}_id": id_of(data, name) for name in ROWS if name in data}
    if "addressees" in data:
        given["to_each"] = _chosen(data["addressees"])
    form, body = _body(before, data)
    return replace(before, **given, format=form, body=body, attachments=_files(before, data))


def _chosen(rows: list[dict[str, Any]] | None) -> list[Chosen] | None:
    return None if rows is None else [Chosen(row["contact"].pk, id_of(row, "lead")) for row in rows]


def _body(before: DraftFields, data: dict[str, Any]) -> tuple[str, str]:
    """The html, if there is one: its text is made of it. Without a format it is that of a program's own layout."""
    was_text = before.format == Format.TEXT
    if data.get("html"):
        known = before.format if before.body and not was_text else Format.HTML
        return data.get("format", known), data["html"]
    if "text" in data and data.get("format", Format.TEXT) == Format.TEXT:
        return Format.TEXT, data["text"]
    form = data.get("format", before.format)
    if "html" in data:
        return form, ""
    if was_text == (form == Format.TEXT):
        return form, before.body
    body = text_to_html(before.body) if was_text else words_of(before.format, subject="", body=before.body).text
    return form, body


def _files(before: DraftFields, data: dict[str, Any]) -> list[DraftFile]:
    known = {file.upload_id: file.content_id for file in before.attachments}
    content_ids: dict[int, str] = data.get("content_ids", known)
    upload_ids: list[int] = data.get("attachments", list(known))
    return [DraftFile(upload_id, content_ids.get(upload_id, "")) for upload_id in upload_ids]
