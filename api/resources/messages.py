"""`messages/`: letters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import ApiToken
from api.ids import IdField
from api.resources.letter_hits import WITH_TRACKED, TrackedFields
from api.resources.mail_filters import MessageFilters
from api.resources.message_contents import MessageContentsView
from crm.models import CARDS
from mailboxes.foreign_reading import note_reading
from threads.access import get_message_for
from threads.bodies import fresh_body
from threads.letter_cards import ShownOn, cards_of
from threads.models import Attachment, CalendarEvent, Message, Participant
from threads.services import delete_messages, restore_messages
from tracking.originals import original_text


class AddressSerializer(serializers.Serializer[Any]):
    """Somebody in a header."""

    address = serializers.CharField()
    name = serializers.CharField(allow_blank=True)


class PeopleField(serializers.Field):
    """The participants whose role is the field's name."""

    def get_attribute(self, instance: Message) -> list[Participant]:
        return [row for row in instance.participants.all() if row.role == self.field_name]

    def to_representation(self, value: list[Participant]) -> list[dict[str, str]]:
        return [{"address": row.email, "name": row.name} for row in value]


@extend_schema_field(AddressSerializer(many=True))
class AddressesField(PeopleField):
    """With its shape for the schema."""


class AttachmentSerializer(serializers.Serializer[Attachment]):
    """A file of a letter. It lies on the mail server; `available` says whether the letter still does."""

    id = IdField(source="pk")
    filename = serializers.CharField(read_only=True)
    content_type = serializers.CharField(read_only=True)
    size = serializers.IntegerField(read_only=True, help_text="Bytes.")
    is_inline = serializers.BooleanField(read_only=True)
    available = serializers.SerializerMethodField()

    def get_available(self, attachment: Attachment) -> bool:
        return bool(attachment.stored_name or self.context["is_on_server"])


class ShownOnSerializer(serializers.Serializer[ShownOn]):
    """A card that the letter shows on. A lead that is won or lost has the letters that came before."""

    type = serializers.ChoiceField(CARDS)
    id = serializers.CharField()


class EventSerializer(serializers.Serializer[CalendarEvent]):
    """An event that the letter brings. Times are UTC; of a whole day: midnight, and `ends_at` is the day after."""

    method = serializers.CharField(read_only=True, help_text="REQUEST, CANCEL, REPLY ... (RFC 5546).")
    uid = serializers.CharField(read_only=True)
    sequence = serializers.IntegerField(read_only=True)
    summary = serializers.CharField(read_only=True)
    location = serializers.CharField(read_only=True)
    organizer = serializers.SerializerMethodField()
    starts_at = serializers.DateTimeField(read_only=True, allow_null=True)
    ends_at = serializers.DateTimeField(read_only=True, allow_null=True)
    is_all_day = serializers.BooleanField(read_only=True)
    is_repeating = serializers.BooleanField(read_only=True)
    status = serializers.CharField(read_only=True)

    @extend_schema_field(AddressSerializer)
    def get_organizer(self, event: CalendarEvent) -> dict[str, str]:
        return {"address": event.organizer_address, "name": event.organizer_name}


class MessageListSerializer(serializers.ListSerializer[Any]):
    """The cards of all its letters are asked for at once."""

    child: MessageSerializer

    def to_representation(self, data: Any) -> list[Any]:  # noqa: ANN401
        messages: list[Message] = list(data)
        self.child.cards_by_message = cards_of([message.pk for message in messages])
        return list(super().to_representation(messages))


class MessageSerializer(TrackedFields):
    """A letter. `date` is what its writer says, or else when it came; `received_at` decides the order. Of letters that
    were sent from here opens and clicks are told.
    """

    cards_by_message: Mapping[int, Sequence[ShownOn]] | None = None  # of a whole list

    id = IdField(source="pk")
    thread = IdField(source="thread_id")
    mailbox = IdField(source="mailbox_id")
    direction = serializers.ChoiceField(Message.Direction.choices, read_only=True)
    subject = serializers.CharField(read_only=True)
    to = AddressesField(read_only=True)
    cc = AddressesField(read_only=True)
    bcc = AddressesField(read_only=True)
    date = serializers.SerializerMethodField()
    received_at = serializers.DateTimeField(read_only=True)
    text = serializers.SerializerMethodField()
    html = serializers.SerializerMethodField(help_text="Cleaned: without scripts, forms and anything that loads.")
    snippet = serializers.CharField(read_only=True)
    is_read = serializers.BooleanField(read_only=True)
    is_automatic = serializers.BooleanField(
        read_only=True,
        help_text="A program wrote it: that somebody is out of the office, a report, or, of ours, what a rule sent. It "
        "answers nothing. False where nobody asked: in letters filed by older versions.",
    )
    message_id_header = serializers.CharField(read_only=True)
    in_reply_to = serializers.CharField(read_only=True)
    is_cut = serializers.SerializerMethodField(
        help_text="Too long: `text` and `html` are its beginning, `messages/{id}/raw/` has it whole."
    )
    has_remote_images = serializers.SerializerMethodField()
    attachments = serializers.SerializerMethodField()
    events = EventSerializer(many=True, read_only=True)
    on_server = serializers.BooleanField(read_only=True)
    cards = serializers.SerializerMethodField()
    deleted_at = serializers.DateTimeField(read_only=True, allow_null=True)

    class Meta:
        list_serializer_class = MessageListSerializer

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        """`from` is a word of Python."""
        return {**super().get_fields(), "from": serializers.SerializerMethodField("get_sender")}

    @extend_schema_field(AddressSerializer)
    def get_sender(self, message: Message) -> dict[str, str]:
        return {"address": message.from_address, "name": message.from_name}

    @extend_schema_field(OpenApiTypes.DATETIME)
    def get_date(self, message: Message) -> str:
        return str(serializers.DateTimeField().to_representation(message.sent_at or message.received_at))

    def get_text(self, message: Message) -> str:
        return "".join(original_text(body.text) for body in message.bodies.all())

    def get_html(self, message: Message) -> str:
        return fresh_body(message).html

    def get_is_cut(self, message: Message) -> bool:
        return any(body.is_cut for body in message.bodies.all())

    def get_has_remote_images(self, message: Message) -> bool:
        return fresh_body(message).has_remote_images

    @extend_schema_field(AttachmentSerializer(many=True))
    def get_attachments(self, message: Message) -> list[dict[str, Any]]:
        context = {"is_on_server": message.on_server}
        return [dict(AttachmentSerializer(row, context=context).data) for row in message.attachments.all()]

    @extend_schema_field(ShownOnSerializer(many=True))
    def get_cards(self, message: Message) -> list[dict[str, str]]:
        cards = cards_of([message.pk]) if self.cards_by_message is None else self.cards_by_message
        return [{"type": card.type, "id": str(card.id)} for card in cards.get(message.pk, [])]


class MessageView(MessageContentsView):
    """Letters, newest first."""

    queryset = Message.objects
    serializer_class = MessageSerializer
    filterset_class = MessageFilters
    read_scope = ApiToken.Scope.MAIL_READ
    write_scope = ApiToken.Scope.MAIL_WRITE
    ordering = ("-received_at", "-id")

    def list(self, request: Request) -> Response:
        page = self.page_of(Message.objects.visible_to(self.member).for_reading().prefetch_related(WITH_TRACKED))
        note_reading(self.member, (message.mailbox for message in page))
        return self.get_paginated_response(self.get_serializer(page, many=True).data)

    def retrieve(self, request: Request, pk: str) -> Response:
        return Response(self.get_serializer(get_message_for(self.member, pk)).data)

    @extend_schema(description="Moves it to Deleted. On the mail server it stays, and no sync brings it back.")
    def destroy(self, request: Request, pk: str) -> Response:
        delete_messages(self.member, [get_message_for(self.member, pk).pk])
        return Response(status=204)

    @extend_schema(request=None, description="Takes it out of Deleted; for administrators.")
    @action(detail=True, methods=["post"])
    def restore(self, request: Request, pk: str) -> Response:
        restore_messages(self.member, [get_message_for(self.member, pk).pk])
        return Response(self.get_serializer(get_message_for(self.member, pk)).data)
