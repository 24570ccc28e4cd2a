"""`search/?q=`: letters, conversations and contacts at once, the first of each."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import ApiToken
from api.permissions import granted_scopes
from api.resources.contacts import ContactSerializer
from api.resources.messages import MessageSerializer
from api.resources.threads import ThreadSerializer, serialize_threads
from api.viewsets import MemberViewSet
from crm.models import Contact
from mailboxes.foreign_reading import note_reading
from threads.models import Message, Thread

HITS = 20
MAX_CHARS = 500


class QuestionSerializer(serializers.Serializer[Any]):
    q = serializers.CharField(max_length=MAX_CHARS)


class SearchSerializer(serializers.Serializer[Any]):
    """What was found, as far as the asker may see it. More of a kind: its list with `q`."""

    messages = MessageSerializer(many=True)
    threads = ThreadSerializer(many=True)
    contacts = ContactSerializer(many=True)


class SearchView(MemberViewSet):
    """Search over everything."""

    serializer_class = SearchSerializer
    pagination_class = None
    filter_backends = []
    read_scope = ApiToken.Scope.MAIL_READ

    @extend_schema(
        operation_id="search",
        parameters=[OpenApiParameter("q", str, required=True)],
        responses={200: SearchSerializer},
        description="Contacts are found with the scope `contacts:read` only.",
    )
    def list(self, request: Request) -> Response:
        asked = QuestionSerializer(data=request.query_params)
        asked.is_valid(raise_exception=True)
        words: str = asked.validated_data["q"]
        found = Message.objects.visible_to(self.member).kept().matching(words).for_reading().newest_first()
        messages = list(found[:HITS])
        note_reading(self.member, (message.mailbox for message in messages))
        threads = Thread.objects.visible_to(self.member).in_folder("").matching(words).newest_first()
        return Response(
            {
                "messages": [MessageSerializer(message).data for message in messages],
                "threads": serialize_threads(threads[:HITS]),
                "contacts": [ContactSerializer(contact).data for contact in self._contacts(words)],
            }
        )

    def _contacts(self, words: str) -> Iterable[Contact]:
        if ApiToken.Scope.CONTACTS_READ not in granted_scopes(self.request):
            return []
        return Contact.objects.matching(words).for_list().order_by("name", "id")[:HITS]
