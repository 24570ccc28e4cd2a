"""`smart-addresses/`, `arrived-letters/` and `refused-letters/`: where letters may be sent to, and what came."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import ApiToken
from accounts.slugs import list_kept, smart_addresses_of
from api.ids import IdField, IdFilter
from api.permissions import ANY_TOKEN
from api.viewsets import MemberViewSet
from smart_addresses.access import get_arrived_for, list_arrived, list_refused
from smart_addresses.models import ArrivedLetter, Creation, RefusedLetter
from smart_addresses.outcomes import Outcome, Unreadable
from smart_addresses.services import file_again

OUTCOMES = [*Outcome, *Unreadable]


class FormerAddressesSerializer(serializers.Serializer[Any]):
    """Addresses of a name that the account had. They work until then."""

    filing = serializers.EmailField()
    contact = serializers.EmailField()
    lead = serializers.EmailField()
    alive_until = serializers.DateTimeField()


class SmartAddressesSerializer(serializers.Serializer[Any]):
    """They only receive. How they behave is part of `account/`."""

    filing = serializers.EmailField(help_text="The letter is filed on the cards of those who take part.")
    contact = serializers.EmailField(help_text="A contact of every outside address in From, To and Cc.")
    lead = serializers.EmailField(help_text="One lead with all of them.")
    former = FormerAddressesSerializer(many=True)


class SmartAddressesView(MemberViewSet):
    """Your account's smart addresses."""

    serializer_class = SmartAddressesSerializer
    read_scope = ANY_TOKEN
    pagination_class = None

    @extend_schema(operation_id="smart_addresses_get")
    def retrieve(self, request: Request) -> Response:
        account = self.member.account
        former = [{**asdict(addresses), "alive_until": until} for addresses, until in list_kept(account)]
        return Response(self.get_serializer({**asdict(smart_addresses_of(account.slug)), "former": former}).data)


class CreationSerializer(serializers.Serializer[Creation]):
    """A card that the letter made, or was put on."""

    contact = IdField(source="contact_id", allow_null=True)
    lead = IdField(source="lead_id", allow_null=True)
    is_new = serializers.BooleanField()


class SenderCheckSerializer(serializers.Serializer[Any]):
    """Results as in RFC 8601. `is_verified`: the domain in From itself says that the letter is from there."""

    spf = serializers.CharField()
    dkim = serializers.CharField()
    dmarc = serializers.CharField()
    is_verified = serializers.BooleanField()


class ArrivedLetterSerializer(serializers.Serializer[ArrivedLetter]):
    """A letter that was taken, and what became of it."""

    id = IdField(source="pk")
    address = serializers.ChoiceField(ArrivedLetter.Address.choices)
    recipient = serializers.CharField()
    mail_from = serializers.CharField(help_text="Of the envelope; empty: a bounce.")
    received_at = serializers.DateTimeField()
    state = serializers.ChoiceField(ArrivedLetter.State.choices)
    outcome = serializers.ChoiceField([("", ""), *((code, code) for code in OUTCOMES)])
    message = IdField(source="message_id", allow_null=True)
    cards = CreationSerializer(source="creations", many=True)
    sender_check = serializers.SerializerMethodField()

    @extend_schema_field(SenderCheckSerializer(allow_null=True))
    def get_sender_check(self, letter: ArrivedLetter) -> dict[str, Any] | None:
        """Null while it is not checked."""
        if not letter.dmarc:
            return None
        return dict(SenderCheckSerializer(letter).data)


class ArrivedLetterFilters(filters.FilterSet):
    """What the list can be narrowed to."""

    address = filters.ChoiceFilter(choices=ArrivedLetter.Address.choices)
    state = filters.ChoiceFilter(choices=ArrivedLetter.State.choices)
    outcome = filters.CharFilter(max_length=24)
    message = IdFilter(field_name="message_id")


class ArrivedLetterView(MemberViewSet):
    """What came to the smart addresses, newest first: for those who read their mailbox."""

    queryset = ArrivedLetter.objects
    serializer_class = ArrivedLetterSerializer
    read_scope = ApiToken.Scope.MAIL_READ
    write_scope = ApiToken.Scope.ADMIN
    ordering = ("-received_at", "-id")
    filterset_class = ArrivedLetterFilters

    def list(self, request: Request) -> Response:
        return self.respond_list(list_arrived(self.member))

    def retrieve(self, request: Request, pk: str) -> Response:
        return Response(self.get_serializer(get_arrived_for(self.member, pk)).data)

    @extend_schema(
        request=None, responses={202: None}, description="Files a letter again that could not be read; others stay."
    )
    @action(detail=True, methods=["post"])
    def retry(self, request: Request, pk: str) -> Response:
        file_again(self.member, pk)
        return Response(status=202)


class RefusedLetterSerializer(serializers.Serializer[RefusedLetter]):
    """Letters of one sender that were not taken on one day for one reason."""

    id = IdField(source="pk")
    recipient = serializers.CharField()
    mail_from = serializers.CharField()
    code = serializers.CharField(help_text="Such as `too_large`, `sender_not_allowed` or `no_such_address`.")
    count = serializers.IntegerField()
    last_at = serializers.DateTimeField()


class RefusedLetterView(MemberViewSet):
    """What was refused, newest first: for those who read the mailbox of the smart addresses."""

    queryset = RefusedLetter.objects
    serializer_class = RefusedLetterSerializer
    read_scope = ApiToken.Scope.MAIL_READ
    ordering = ("-last_at", "-id")

    def list(self, request: Request) -> Response:
        return self.respond_list(list_refused(self.member))
