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
from api.exact import checked
from api.ids import IdField, RowIdField
from api.resources.mail_filters import MAX_WORDS, ThreadFilters
from api.viewsets import MemberViewSet
from crm.by_address import contact_ids_of
from threads.access import get_thread_for
from threads.models import Thread
from threads.rearranging import merge_threads, split_thread
from threads.services import delete_threads, mark_read

PLAIN = {"cursor", "limit", "q"}  # what is asked for most, and needs no form
MOMENT = serializers.DateTimeField()


class CounterpartSerializer(serializers.Serializer[Thread]):
    """The client of a conversation, and the contact with that address."""

    address = serializers.CharField(source="counterpart_address")
    name = serializers.CharField(source="counterpart_name")
    contact = IdField(allow_null=True)


class ThreadSerializer(serializers.Serializer[Thread]):
    """A conversation with one client in one mailbox. The counts are without deleted letters.

    For the schema alone: _shown() makes the rows, since DRF takes longer for a list than everything else together.
    """

    id = IdField(source="pk")
    mailbox = IdField(source="mailbox_id")
    subject = serializers.CharField(read_only=True)
    counterpart = CounterpartSerializer(source="*", read_only=True)
    message_count = serializers.IntegerField(read_only=True)
    unread_count = serializers.IntegerField(read_only=True)
    last_message_at = serializers.DateTimeField(read_only=True)
    snippet = serializers.CharField(read_only=True)
    has_attachments = serializers.BooleanField(read_only=True)


class ReadSerializer(serializers.Serializer[Any]):
    is_read = serializers.BooleanField(default=True, help_text="false: its newest incoming letter is unread again.")


class MergeSerializer(serializers.Serializer[Any]):
    thread = RowIdField(help_text="Another conversation of the same mailbox. All its letters come here.")


class SplitSerializer(serializers.Serializer[Any]):
    messages = serializers.ListField(
        child=RowIdField(), min_length=1, help_text="Letters of this conversation; at least one has to stay."
    )


class ThreadView(MemberViewSet):
    """Conversations, the one with the newest letter first."""

    queryset = Thread.objects
    serializer_class = ThreadSerializer
    filterset_class = ThreadFilters
    read_scope = ApiToken.Scope.MAIL_READ
    write_scope = ApiToken.Scope.MAIL_WRITE
    ordering = ("-last_message_at", "-id")

    def filter_queryset(self, rows: Any) -> Any:  # noqa: ANN401
        """The form of the filters is not made where they are not used: it costs more than the rows."""
        words = self.request.query_params.get("q", "").strip()
        if PLAIN.issuperset(self.request.query_params) and len(words) <= MAX_WORDS:
            return rows.matching(words)
        return super().filter_queryset(rows)

    def list(self, request: Request) -> Response:
        page = self.page_of(Thread.objects.visible_to(self.member))
        return self.get_paginated_response(serialize_threads(page))

    def retrieve(self, request: Request, pk: str) -> Response:
        return self._answer(get_thread_for(self.member, pk))

    @extend_schema(
        request=ReadSerializer, description="Marks its letters as read, here only: the mail server is not told."
    )
    @action(detail=True, methods=["post"])
    def read(self, request: Request, pk: str) -> Response:
        thread = get_thread_for(self.member, pk)
        mark_read(self.member, [thread.pk], **self._asked(ReadSerializer))
        return self._answer(get_thread_for(self.member, pk))

    @extend_schema(
        request=MergeSerializer,
        description="Takes in the letters of another one. Later letters of both come here; splitting undoes it.",
    )
    @action(detail=True, methods=["post"])
    def merge(self, request: Request, pk: str) -> Response:
        thread = get_thread_for(self.member, pk)
        return self._answer(merge_threads(self.member, thread.pk, [self._asked(MergeSerializer)["thread"]]).thread)

    @extend_schema(
        request=SplitSerializer,
        description="Gives letters a conversation of their own, which is the answer. Later letters of the same subject "
        "join the part with the newest one; merging undoes it.",
    )
    @action(detail=True, methods=["post"])
    def split(self, request: Request, pk: str) -> Response:
        thread = get_thread_for(self.member, pk)
        return self._answer(split_thread(self.member, thread.pk, self._asked(SplitSerializer)["messages"]).thread)

    @extend_schema(
        request=None, responses={204: None}, description="Moves its letters to Deleted. On the server they stay."
    )
    @action(detail=True, methods=["post"], url_path="delete", url_name="delete")
    def move_to_deleted(self, request: Request, pk: str) -> Response:
        delete_threads(self.member, [get_thread_for(self.member, pk).pk])
        return Response(status=204)

    def _asked(self, kind: type[serializers.Serializer[Any]]) -> dict[str, Any]:
        return dict(checked(kind(data=self.request.data)))

    def _answer(self, thread: Thread) -> Response:
        return Response(serialize_threads([thread])[0])


def serialize_threads(threads: Iterable[Thread]) -> list[dict[str, Any]]:
    """As ThreadSerializer says."""
    rows = list(threads)
    contacts = contact_ids_of({row.counterpart_key for row in rows if row.counterpart_key})
    return [_shown(row, contacts.get(row.counterpart_key)) for row in rows]


def _shown(thread: Thread, contact_id: int | None) -> dict[str, Any]:
    return {
        "id": str(thread.pk),
        "mailbox": str(thread.mailbox_id),
        "subject": thread.subject,
        "counterpart": {
            "address": thread.counterpart_address,
            "name": thread.counterpart_name,
            "contact": str(contact_id) if contact_id else None,
        },
        "message_count": thread.message_count,
        "unread_count": thread.unread_count,
        "last_message_at": MOMENT.to_representation(thread.last_message_at),
        "snippet": thread.snippet,
        "has_attachments": thread.has_attachments,
    }
