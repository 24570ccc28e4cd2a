"""`outbox/to-each/`: a letter to the people of several cards, each with one of their own."""

from __future__ import annotations

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
from api.permissions import require_scope
from api.resources.letter_fields import OwnAliasId, OwnMailboxId, id_of
from api.viewsets import MemberViewSet
from crm.bulk import MOST as MOST_CARDS
from crm.models import CARDS
from outbox.errors import LetterRefused
from outbox.models import OutgoingMail
from outbox.requests import MAX_SUBJECT_CHARS, LetterRequest
from outbox.writing_to_each import MOST, Addressees, addressees_of, write_to_each


class ToEachSerializer(serializers.Serializer[Any]):
    """Which cards, and what their people are written. Merge fields are filled in for each of them."""

    kind = serializers.ChoiceField([(name, name) for name in CARDS], help_text="What the cards are.")
    ids = serializers.ListField(child=serializers.CharField(max_length=20), required=False, max_length=MOST_CARDS)
    filter = serializers.DictField(
        child=serializers.CharField(max_length=200, allow_blank=True),
        required=False,
        help_text="As the parameters of the list of such cards; instead of `ids`.",
    )
    mailbox = OwnMailboxId()
    alias = OwnAliasId(required=False, allow_null=True, help_text="Another address of the mailbox to send from.")
    subject = serializers.CharField(max_length=MAX_SUBJECT_CHARS)
    text = serializers.CharField(trim_whitespace=False, help_text="The signature comes below.")
    undo_seconds = serializers.IntegerField(min_value=0, max_value=MAX_UNDO_SECONDS, default=0)
    dry_run = serializers.BooleanField(default=False, help_text="Only says who would get a letter.")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if ("ids" in attrs) == ("filter" in attrs):
            raise serializers.ValidationError({"ids": _("Send either ids or a filter.")})
        return attrs


class ToEachAnswerSerializer(serializers.Serializer[Any]):
    count = serializers.IntegerField(help_text="People who get a letter.")
    left_out = serializers.ListField(
        child=serializers.CharField(), help_text="Names of those without an address that takes mail."
    )
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
        "all are queued or none. More people are a mailing. It needs the scope `contacts:read`, too. 200 answers "
        "`dry_run`.",
    )
    @idempotent()
    def write(self, request: Request) -> Response:
        require_scope(request, ApiToken.Scope.CONTACTS_READ)
        asked = self.checked_data()
        try:
            chosen = addressees_of(asked["kind"], asked_cards(asked["kind"], asked))
            letters = [] if asked["dry_run"] else write_to_each(self.member, _letter(asked), chosen.people)
        except LetterRefused as refusal:
            if refusal.field != "to":
                raise
            raise field_error("ids" if "ids" in asked else "filter", refusal.message) from refusal
        return Response(_answer(chosen, letters), status=200 if asked["dry_run"] else 201)


def _letter(asked: dict[str, Any]) -> LetterRequest:
    """Without its recipients."""
    return LetterRequest(
        asked["mailbox"].pk,
        to=(),
        subject=asked["subject"],
        text=asked["text"],
        alias_id=id_of(asked, "alias"),
        merge_fields=True,
        undo_seconds=asked["undo_seconds"],
    )


def _answer(chosen: Addressees, letters: list[OutgoingMail]) -> dict[str, Any]:
    return {
        "count": len(chosen.people),
        "left_out": list(chosen.left_out),
        "letters": [str(letter.pk) for letter in letters],
    }
