"""`{contacts,companies,leads,customers}/{id}/timeline/`: what happened around a card."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param

from accounts.models import ApiToken
from api.card_field import CardField
from api.exact import PAGE, takes
from api.ids import IdField, RelatedId
from api.pagination import asked_limit
from api.permissions import granted_scopes
from api.resources.notes import NoteSerializer
from api.resources.removed_mail import RemovedLetterSerializer
from api.resources.smart_addresses import SenderCheckSerializer
from api.resources.tasks import TaskSerializer
from api.viewsets import MemberViewSet
from crm.access import get_card
from crm.models import CardEvent
from mailboxes.foreign_reading import note_reading
from smart_addresses.access import checks_of_arrived
from threads.models import Message
from threads.timeline import ALL, LETTERS, Entry, Kind, timeline
from threads.timeline_sql import Place

KINDS = tuple(kind.value for kind in Kind)


class TimelineLetterSerializer(serializers.Serializer[Message]):
    """A letter in short: `messages/{id}/` has it whole."""

    id = IdField(source="pk")
    thread = IdField(source="thread_id")
    mailbox = IdField(source="mailbox_id")
    direction = serializers.ChoiceField(Message.Direction.choices)
    subject = serializers.CharField()
    from_address = serializers.CharField()
    from_name = serializers.CharField()
    snippet = serializers.CharField()
    is_read = serializers.BooleanField()
    is_automatic = serializers.BooleanField(help_text="A program wrote it: it answers nothing.")
    has_attachments = serializers.BooleanField()
    sender_check = serializers.SerializerMethodField()

    @extend_schema_field(SenderCheckSerializer(allow_null=True))
    def get_sender_check(self, message: Message) -> dict[str, Any] | None:
        """Of letters to smart addresses, once they are checked; null for all others."""
        check = self.context["sender_checks"].get(message.pk)
        return dict(SenderCheckSerializer(check).data) if check else None


class CardEventSerializer(serializers.Serializer[CardEvent]):
    """Something that happened to the card. `facts` are names and ids of then; which, depends on the kind."""

    id = IdField(source="pk")
    kind = serializers.CharField(help_text="Such as `created`, `moved`, `responsible`, `merged`.")
    facts = serializers.DictField()
    card = CardField()
    actor = RelatedId(read_only=True, allow_null=True, help_text="null: a rule of the account.")


class TimelineEntrySerializer(serializers.Serializer[Entry]):
    """One line. The member that is named as its kind holds the row, the others are not there."""

    kind = serializers.ChoiceField([(kind, kind) for kind in KINDS])
    at = serializers.DateTimeField()
    letter = TimelineLetterSerializer(required=False)
    note = NoteSerializer(required=False)
    task = TaskSerializer(required=False)
    event = CardEventSerializer(required=False)
    removed = RemovedLetterSerializer(required=False, help_text="A letter that was deleted with its mailbox.")

    def to_representation(self, instance: Entry) -> dict[str, Any]:
        row = self.fields[instance.kind].to_representation(instance.row)
        return {"kind": instance.kind.value, "at": instance.at, instance.kind.value: row}


class TimelinePageSerializer(serializers.Serializer[Any]):
    next = serializers.URLField(allow_null=True)
    previous = serializers.URLField(allow_null=True)
    results = TimelineEntrySerializer(many=True)


PARAMETERS = [
    OpenApiParameter("kind", str, many=True, enum=KINDS, description="Only these; may be given several times."),
    OpenApiParameter("cursor", str, description="Where the page begins: taken from `next`."),
    OpenApiParameter("limit", int, description="Entries of a page: 50 unless told, at most 200."),
]


class TimelineView(MemberViewSet):
    """For a resource of cards."""

    kind: ClassVar[str]  # one of crm.models.CARDS

    @extend_schema(
        responses=TimelinePageSerializer,
        parameters=PARAMETERS,
        description="What happened around the card, newest first; of letters those that you may see. Notes, tasks and "
        "events of a contact's, company's or customer's leads stand in it, too. Letters need the scope `mail:read`: "
        "without it they are left out.",
    )
    @action(detail=True, pagination_class=None, filterset_class=None)
    @takes("kind", *PAGE)
    def timeline(self, request: Request, pk: str) -> Response:
        """Letters, notes, tasks and events in one list."""
        card = get_card(self.kind, pk)
        page = timeline(
            self.member, card, kinds=_kinds_asked(request), after=_place_asked(request), limit=asked_limit(request)
        )
        note_reading(self.member, (entry.row.mailbox for entry in page.entries if isinstance(entry.row, Message)))
        next_url = None
        if page.next_place:
            next_url = replace_query_param(request.build_absolute_uri(), "cursor", page.next_place.to_text())
        checks = checks_of_arrived(entry.row for entry in page.entries if isinstance(entry.row, Message))
        context = {**self.get_serializer_context(), "sender_checks": checks}
        results = [TimelineEntrySerializer(entry, context=context).data for entry in page.entries]
        return Response({"next": next_url, "previous": None, "results": results})


def _kinds_asked(request: Request) -> frozenset[Kind]:
    given: Sequence[str] = request.query_params.getlist("kind")
    if not set(given) <= set(KINDS):
        raise ValidationError({"kind": [_("There is no such kind of entry.")]})
    wanted = frozenset(map(Kind, given)) or ALL
    return wanted if ApiToken.Scope.MAIL_READ in granted_scopes(request) else wanted - LETTERS


def _place_asked(request: Request) -> Place | None:
    text = request.query_params.get("cursor", "")
    try:
        return Place.from_text(text) if text else None
    except ValueError as error:
        raise ValidationError({"cursor": [_("This is no cursor of this list.")]}) from error
