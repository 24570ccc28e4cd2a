"""What a draft and a letter on its way have in common on the wire."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from api.ids import RelatedId, RowIdField, row_id
from api.resources.letter_warnings import WarningsField
from api.resources.trigger_choice_field import TriggerChoiceSerializer
from crm.models import Contact, Lead
from letter_templates.models import Template
from mailboxes.models import Mailbox, SenderAlias
from threads.models import Message

MAX_LISTED = 1000


class OwnMailboxId(RelatedId):
    """A mailbox that the asker writes with."""

    def get_queryset(self) -> QuerySet[Mailbox]:
        return Mailbox.objects.visible_to(self.context["request"].member)


class OwnAliasId(RelatedId):
    """Another address of such a mailbox, once it is confirmed."""

    def get_queryset(self) -> QuerySet[SenderAlias]:
        mine = Mailbox.objects.visible_to(self.context["request"].member)
        return SenderAlias.objects.filter(mailbox__in=mine, confirmed_at__isnull=False)


class OwnMessageId(RelatedId):
    """A letter that the asker reads."""

    def get_queryset(self) -> QuerySet[Message]:
        return Message.objects.visible_to(self.context["request"].member).kept()


class OwnTemplateId(RelatedId):
    """A template that the asker may use."""

    def get_queryset(self) -> QuerySet[Template]:
        return Template.objects.visible_to(self.context["request"].member)


class UploadIdsField(serializers.ListField):
    """Ids of `uploads/`."""

    child = RowIdField()

    def get_attribute(self, instance: Any) -> list[int]:  # noqa: ANN401  (a draft or a letter)
        return [row.upload_id for row in instance.attachments.all()]


@extend_schema_field({"type": "object", "additionalProperties": {"type": "string"}})
class ContentIdsField(serializers.DictField):
    """Content-ID by upload: those files are images that stand in the html."""

    child = serializers.CharField(max_length=100)

    def get_attribute(self, instance: Any) -> dict[str, str]:  # noqa: ANN401  (a draft or a letter)
        return {str(row.upload_id): row.content_id for row in instance.attachments.all() if row.content_id}

    def to_internal_value(self, data: Any) -> dict[int, str]:  # noqa: ANN401  (DRF's signature)
        return {row_id(upload): content_id for upload, content_id in super().to_internal_value(data).items()}


class LetterFieldsSerializer(serializers.Serializer[Any]):
    """Fields that mean the same in both."""

    subject = serializers.CharField(required=False, allow_blank=True)
    text = serializers.CharField(required=False, allow_blank=True, trim_whitespace=False)
    html = serializers.CharField(required=False, allow_blank=True, trim_whitespace=False)
    quote_text = serializers.CharField(required=False, allow_blank=True, trim_whitespace=False)
    quote_html = serializers.CharField(
        required=False,
        allow_blank=True,
        trim_whitespace=False,
        help_text="What the letter answers or forwards, below the signature. Merge fields are not looked for in it.",
    )
    attachment_url = serializers.CharField(
        required=False, allow_blank=True, help_text="Files by link, one a line, fetched when the letter is sent."
    )
    with_signature = serializers.BooleanField(required=False)
    attachments = UploadIdsField(
        required=False,
        max_length=MAX_LISTED,
        help_text="Of a sent letter: until its files lie on the mail server alone, where its message has them.",
    )
    content_ids = ContentIdsField(
        required=False, help_text='Uploads that are images of the html, as `src="cid:…"`: Content-ID by upload.'
    )
    template = OwnTemplateId(required=False, allow_null=True)
    contact = RelatedId(queryset=Contact.objects, required=False, allow_null=True)
    lead = RelatedId(queryset=Lead.objects, required=False, allow_null=True)
    reply_to_message = OwnMessageId(required=False, allow_null=True)
    forward_message = OwnMessageId(required=False, allow_null=True)
    triggers = TriggerChoiceSerializer(required=False)
    warnings = WarningsField()
    track_opens = serializers.BooleanField(required=False, allow_null=True, help_text="Null: as the mailbox.")
    track_links = serializers.BooleanField(required=False, allow_null=True, help_text="Null: as the mailbox.")

    @property
    def unknown_words(self) -> str:
        return _("There is no such field. The words of a letter are in `subject`, `text` and `html`.")


def id_of(data: dict[str, Any], name: str) -> int | None:
    """Of the row that a checked body names."""
    row = data.get(name)
    return row.pk if row else None
