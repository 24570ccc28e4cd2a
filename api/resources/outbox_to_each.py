"""`outbox/to-each/`: a letter to the people of several cards, each with one of their own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.members import MAX_UNDO_SECONDS
from accounts.models import ApiToken
from api.card_lists import asked_cards
from api.domain_errors import field_error
from api.idempotency import idempotent
from api.ids import IdField
from api.permissions import require_scope
from api.resources.letter_fields import LetterFieldsSerializer, OwnAliasId, OwnMailboxId
from api.resources.outbox import letter_request
from api.viewsets import MemberViewSet
from crm.bulk import MOST as MOST_CARDS
from crm.models import CARDS
from outbox.errors import LetterRefused
from outbox.from_template import fill_from_template
from outbox.models import MailingRecipient, OutgoingMail
from outbox.requests import LetterRequest
from outbox.writing_to_each import MOST, Addressees, LeftOut, addressees_of, people_of, write_to_each

Reason = MailingRecipient.Reason
REASONS = (Reason.NO_ADDRESS, Reason.UNSUBSCRIBED, Reason.BOUNCED)


class ToEachSerializer(LetterFieldsSerializer):
    """Which cards, and what their people are written, as in `outbox/`. Merge fields are filled in for each of them."""

    # Each has their own, and none of them wrote the letter that another answers.
    contact = lead = reply_to_message = forward_message = None  # type: ignore[assignment]

    kind = serializers.ChoiceField([(name, name) for name in CARDS], help_text="What the cards are.")
    ids = serializers.ListField(child=serializers.CharField(max_length=20), required=False, max_length=MOST_CARDS)
    filter = serializers.DictField(
        child=serializers.CharField(max_length=200, allow_blank=True),
        required=False,
        help_text="As the parameters of the list of such cards; instead of `ids`.",
    )
    mailbox = OwnMailboxId(required=False, help_text="A template may name one.")
    alias = OwnAliasId(required=False, allow_null=True, help_text="Another address of the mailbox to send from.")
    merge_fields = serializers.BooleanField(source="has_fields", default=True)
    send_at = serializers.DateTimeField(required=False, allow_null=True)
    undo_seconds = serializers.IntegerField(min_value=0, max_value=MAX_UNDO_SECONDS, default=0)
    dry_run = serializers.BooleanField(default=False, help_text="Only says who would get a letter.")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if ("ids" in attrs) == ("filter" in attrs):
            raise serializers.ValidationError({"ids": _("Send either ids or a filter.")})
        return attrs


class LeftOutSerializer(serializers.Serializer[LeftOut]):
    """Somebody who gets no letter."""

    contact = IdField(source="contact_id")
    name = serializers.CharField()
    reason = serializers.ChoiceField([(reason, reason.label) for reason in REASONS])


class ToEachAnswerSerializer(serializers.Serializer[Any]):
    count = serializers.IntegerField(help_text="People who get a letter.")
    left_out = LeftOutSerializer(many=True, help_text="Those without an address that takes mail.")
    letters = serializers.ListField(child=serializers.CharField(), help_text="Ids of `outbox/`.")


class ToEachView(MemberViewSet):
    """Letters to the people of several cards."""

    queryset = OutgoingMail.objects
    serializer_class = ToEachSerializer
    pagination_class = None
    write_scope = ApiToken.Scope.MAIL_SEND

    @extend_schema(
        operation_id="outbox_to_each",
        request=ToEachSerializer,
        responses={200: ToEachAnswerSerializer, 201: ToEachAnswerSerializer},
        description=f"Each of them, at most {MOST}, gets a letter of their own, at the first address that takes mail; "
        "all are queued or none. More people are a mailing. What it does not say is taken from `template`. It needs "
        "the scope `contacts:read`, too. 200 answers `dry_run`.",
    )
    @idempotent()
    def write(self, request: Request) -> Response:
        require_scope(request, ApiToken.Scope.CONTACTS_READ)
        asked = self.checked_data()
        try:
            found = addressees_of(people_of(asked["kind"], asked_cards(asked["kind"], asked)))
            letters = [] if asked["dry_run"] else self._write(asked, found)
        except LetterRefused as refusal:
            if refusal.field != "to":
                raise
            raise field_error("ids" if "ids" in asked else "filter", refusal.message) from refusal
        return Response(to_each_answer(found, letters), status=200 if asked["dry_run"] else 201)

    def _write(self, asked: dict[str, Any], found: Addressees) -> list[OutgoingMail]:
        letter = letter_request(asked)
        if letter.template_id and found.people:
            letter = self._filled(letter, found)
        return write_to_each(self.member, letter, found.people)

    def _filled(self, letter: LetterRequest, found: Addressees) -> LetterRequest:
        """By its template. "Where to send" says nothing here: they were chosen."""
        one = found.people[0]
        first = replace(letter, to=[one.address], contact_id=one.contact_id, lead_id=one.lead_id)
        return fill_from_template(self.member, first)


def to_each_answer(found: Addressees, letters: Sequence[OutgoingMail]) -> dict[str, Any]:
    return {
        "count": len(found.people),
        "left_out": [LeftOutSerializer(one).data for one in found.left_out],
        "letters": [str(letter.pk) for letter in letters],
    }
