"""What programs see and change of the queue: how much waits, and letters that go out later."""

from __future__ import annotations

from datetime import datetime

from django.db.models import QuerySet
from django.utils import timezone
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from api.exact import checked
from api.ids import IdField, IdFilter
from api.viewsets import MemberViewSet
from outbox.access import get_mail_for
from outbox.models import OutgoingMail
from outbox.querysets import QUEUES, OutgoingMailQuerySet
from outbox.queues import QueueReport, report_queues
from outbox.scheduled import reschedule, send_now


class OutboxFilters(filters.FilterSet):
    mailbox = IdFilter(field_name="mailbox_id")
    thread = IdFilter(field_name="thread_id")
    author = IdFilter(field_name="author_id")
    template = IdFilter(field_name="template_id")
    mailing = IdFilter(field_name="mailing_id")
    created_after = filters.IsoDateTimeFilter(field_name="created_at", lookup_expr="gte")
    created_before = filters.IsoDateTimeFilter(field_name="created_at", lookup_expr="lt")
    state = filters.ChoiceFilter(choices=OutgoingMail.State.choices)
    queue = filters.ChoiceFilter(
        choices=[(name, name) for name in QUEUES],
        method="in_queue",
        help_text="Scheduled are letters for a later time that their author chose; waiting, all others on their way.",
    )

    def in_queue(self, letters: QuerySet[OutgoingMail], _name: str, queue: str) -> QuerySet[OutgoingMail]:
        assert isinstance(letters, OutgoingMailQuerySet)  # noqa: S101  (django-filter does not say so)
        return letters.in_queue(queue, timezone.now())


class QueueSerializer(serializers.Serializer[QueueReport]):
    """What waits in one mailbox, and when the last of it is expected to go out."""

    mailbox = IdField(source="mailbox.pk")
    waiting_count = serializers.IntegerField(read_only=True)
    late_count = serializers.IntegerField(
        read_only=True, help_text="Of these: tried again later, or not today, as the day's letters are used up."
    )
    ends_at = serializers.DateTimeField(read_only=True)


class NewTimeSerializer(serializers.Serializer[datetime]):
    """When it goes out."""

    send_at = serializers.DateTimeField()


class QueueActions(MemberViewSet):
    """Part of `outbox/`."""

    @extend_schema(responses=QueueSerializer(many=True), filters=False)
    @action(detail=False, methods=["get"], pagination_class=None)
    def queues(self, request: Request) -> Response:
        """Mailboxes with letters on their way, the longest queue first."""
        reports = report_queues(self.member, timezone.now())
        return Response([QueueSerializer(report).data for report in reports])

    @extend_schema(request=None, description="Sends a letter that waits for its time now; else 409.")
    @action(detail=True, methods=["post"], url_path="send-now")
    def send_now(self, request: Request, pk: str) -> Response:
        return Response(self.get_serializer(send_now(self.member, pk)).data)

    @extend_schema(request=NewTimeSerializer, description="Gives a letter that waits another time to go; else 409.")
    @action(detail=True, methods=["post"])
    def reschedule(self, request: Request, pk: str) -> Response:
        get_mail_for(self.member, pk)
        wanted = checked(NewTimeSerializer(data=request.data))
        return Response(self.get_serializer(reschedule(self.member, pk, wanted["send_at"])).data)
