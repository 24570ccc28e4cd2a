"""`threads/`: conversations."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import ApiToken
from api.ids import IdField
from api.resources.mail_filters import ThreadFilters
from api.viewsets import MemberViewSet
from crm.models import ContactEmail
from threads.access import get_thread_for
from threads.models import Thread
from threads.services import delete_threads, mark_read

CONTACTS = "contact_by_address"  # in the serializer's context: one query for a whole page


class CounterpartSerializer(serializers.Serializer[Thread]):
    """The client of a conversation, and the contact with that address."""

    address = serializers.CharField(source="counterpart_address")
    name = serializers.CharField(source="counterpart_name")
    contact = serializers.SerializerMethodField()

    def get_contact(self, thread: Thread) -> str | None:
        contact_id = self.context[CONTACTS].get(thread.counterpart_key)
        return str(contact_id) if contact_id else None


class ThreadSerializer(serializers.Serializer[Thread]):
    """A conversation with one client in one mailbox. The counts are without deleted letters."""

    id = IdField(source="pk")
    mailbox = IdField(source="mailbox_id")
    subject = serializers.CharField(read_only=True)
    counterpart = CounterpartSerializer(source="*", read_only=True)
    message_count = serializers.IntegerField(read_only=True)
    unread_count = serializers.IntegerField(read_only=True)
    last_message_at = serializers.DateTimeField(read_only=True)
    snippet = serializers.CharField(read_only=True)
    has_attachments = serializers.BooleanField(read_only=True)


class ThreadView(MemberViewSet):
    """Conversations, the one with the newest letter first."""

    queryset = Thread.objects
    serializer_class = ThreadSerializer
    filterset_class = ThreadFilters
    read_scope = ApiToken.Scope.MAIL_READ
    write_scope = ApiToken.Scope.MAIL_WRITE
    ordering = ("-last_message_at", "-id")

    def list(self, request: Request) -> Response:
        page = self.page_of(Thread.objects.visible_to(self.member))
        return self.get_paginated_response(serialize_threads(page))

    def retrieve(self, request: Request, pk: str) -> Response:
        return self._answer(get_thread_for(self.member, pk))

    @extend_schema(request=None, description="Marks its letters as read, here only: the mail server is not told.")
    @action(detail=True, methods=["post"])
    def read(self, request: Request, pk: str) -> Response:
        mark_read(self.member, [get_thread_for(self.member, pk).pk])
        return self._answer(get_thread_for(self.member, pk))

    @extend_schema(
        request=None, responses={204: None}, description="Moves its letters to Deleted. On the server they stay."
    )
    @action(detail=True, methods=["post"], url_path="delete", url_name="delete")
    def move_to_deleted(self, request: Request, pk: str) -> Response:
        delete_threads(self.member, [get_thread_for(self.member, pk).pk])
        return Response(status=204)

    def _answer(self, thread: Thread) -> Response:
        return Response(serialize_threads([thread])[0])


def serialize_threads(threads: Iterable[Thread]) -> list[dict[str, Any]]:
    rows = list(threads)
    context = {CONTACTS: _contacts_of({row.counterpart_key for row in rows if row.counterpart_key})}
    return [dict(ThreadSerializer(row, context=context).data) for row in rows]


def _contacts_of(email_keys: set[str]) -> dict[str, int]:
    """The oldest contact of each address."""
    found = ContactEmail.objects.filter(email_key__in=email_keys).order_by("-contact_id")
    return dict(found.values_list("email_key", "contact_id"))
