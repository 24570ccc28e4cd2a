"""`messages/{id}/why/`: why a letter is where it is (G13)."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from api.ids import IdField
from api.viewsets import MemberViewSet
from threads.access import get_message_for
from threads.models import Folder, Message
from threads.why import CardReason, MessageReasons, Place, explain_message


class PlaceSerializer(serializers.Serializer[Place]):
    """Where it lies, or lay, on the mail server."""

    folder = serializers.ChoiceField(Folder.Role.choices)
    name = serializers.CharField(help_text="The folder as the server lists it.")
    uid = serializers.IntegerField()
    on_server = serializers.BooleanField(source="is_on_server")
    text = serializers.CharField(source="words")


class CardReasonSerializer(serializers.Serializer[CardReason]):
    """A card that it shows on, and the address that brought it there."""

    contact = IdField(source="contact_id")
    name = serializers.CharField()
    address = serializers.CharField()
    text = serializers.CharField(source="words")


class MessageReasonsSerializer(serializers.Serializer[MessageReasons]):
    """`text` says in words, in the member's language, what the codes say to programs."""

    reason = serializers.ChoiceField(Message.ThreadReason.choices, source="thread_code")
    text = serializers.CharField(source="thread_words")
    places = PlaceSerializer(many=True)
    cards = CardReasonSerializer(many=True)


class MessageReasonsView(MemberViewSet):
    """What the messages resource explains."""

    @extend_schema(responses=MessageReasonsSerializer, description="Why it is in its thread and on its cards.")
    @action(detail=True)
    def why(self, request: Request, pk: str) -> Response:
        return Response(MessageReasonsSerializer(explain_message(get_message_for(self.member, pk))).data)
