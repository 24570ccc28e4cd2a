"""Opens and clicks: the sums beside letters of ours, and each single request of `outbox/{id}/hits/`."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Prefetch
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from api.exact import PAGE, takes
from api.ids import IdField
from api.viewsets import MemberViewSet
from outbox.access import get_mail_for
from outbox.models import OutgoingMail
from threads.models import Message
from tracking.models import Hit, Tracked

WITH_TRACKED = Prefetch("outgoing", OutgoingMail.objects.select_related("tracked"))  # of messages, for TrackedFields


class TrackedNumber(serializers.IntegerField):
    """A sum of the letter's row; null when nothing in the letter tells."""

    def __init__(self, column: str, help_text: str) -> None:
        self.column = column
        super().__init__(read_only=True, allow_null=True, help_text=help_text)

    def get_attribute(self, instance: OutgoingMail | Message) -> int | None:
        tracked = _tracked_of(instance)
        return getattr(tracked, self.column) if tracked else None


class TrackedTime(serializers.DateTimeField):
    """A time of the letter's row, which bears the name of the field."""

    def __init__(self) -> None:
        super().__init__(read_only=True, allow_null=True)

    def get_attribute(self, instance: OutgoingMail | Message) -> datetime | None:
        tracked = _tracked_of(instance)
        return getattr(tracked, str(self.field_name)) if tracked else None


class TrackedFields(serializers.Serializer[OutgoingMail | Message]):
    """Part of letters. An open is counted when the images of a letter are loaded: some programs load them by
    themselves, others never do. Machines are left out as far as they are known.
    """

    opens = TrackedNumber("open_count", "By people, as far as can be told; null: nothing in the letter tells.")
    clicks = TrackedNumber("click_count", "By people, on any link; null: nothing in the letter tells.")
    machine_hits = TrackedNumber("machine_count", "Opens and clicks of machines; they start no triggers.")
    opened_at = TrackedTime()
    last_opened_at = TrackedTime()
    clicked_at = TrackedTime()


class HitSerializer(serializers.Serializer[Hit]):
    """One request for the hidden image or a link of a letter."""

    id = IdField(source="pk")
    at = serializers.DateTimeField(read_only=True)
    kind = serializers.SerializerMethodField(help_text="`open` or `click`.")
    url = serializers.CharField(source="link.target_url", read_only=True, allow_null=True, default=None)
    trigger_link = IdField(source="link.trigger_link_id", read_only=True, allow_null=True, default=None)
    verdict = serializers.ChoiceField(
        Hit.Verdict.choices,
        read_only=True,
        allow_blank=True,
        help_text="Empty for some seconds: until it is known what else the same visitor asks for.",
    )
    reason = serializers.CharField(read_only=True, help_text="The rule or the known program that says so.")
    user_agent = serializers.CharField(read_only=True)

    def get_kind(self, hit: Hit) -> str:
        return "open" if hit.link_id is None else "click"


class HitActions(MemberViewSet):
    """Part of `outbox/`."""

    def asked_ordering(self) -> tuple[str, ...]:
        return ("-at", "-id") if self.action == "hits" else super().asked_ordering()

    @extend_schema(responses=HitSerializer(many=True), filters=False)
    @action(detail=True, methods=["get"])
    @takes(*PAGE)
    def hits(self, request: Request, pk: str) -> Response:
        """Who opened the letter and followed its links, newest first: people, machines, and who cannot be told."""
        mail = get_mail_for(self.member, pk)
        page = self.paginate_queryset(Hit.objects.filter(tracked=mail.tracked_id).select_related("link")) or []
        return self.get_paginated_response([HitSerializer(hit).data for hit in page])


def _tracked_of(instance: OutgoingMail | Message) -> Tracked | None:
    if isinstance(instance, OutgoingMail):
        return instance.tracked
    return next((mail.tracked for mail in instance.outgoing.all() if mail.tracked), None)
