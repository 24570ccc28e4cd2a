"""What the lists of cards have in common on the wire: orderings, and changes of many cards at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import Membership
from api.domain_errors import Refusal, field_error
from api.exact import checked
from api.idempotency import idempotent
from api.ids import RelatedId, row_id
from api.viewsets import MemberViewSet
from crm.bulk import MOST, chosen_cards, delete_cards, make_responsible
from crm.card_lists import OWN, ListFilter, exact_filter, ordering_of
from crm.custom_fields import fields_of
from crm.errors import ValueRefused
from crm.leads import move_leads
from crm.models import Card, Stage
from crm.tags import MAX_TAGS, add_tags, remove_tags, tags_of


@extend_schema_field({"type": "array", "items": {"type": "string"}})
class TagsField(serializers.ListField):
    """Names. Sent, they replace those of the card; a new name makes a new tag."""

    child = serializers.CharField(max_length=60)

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"required": False, "max_length": MAX_TAGS, **options})

    def get_attribute(self, instance: Card) -> list[str]:
        return tags_of(instance)


_VALUE = {"oneOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]}


@extend_schema_field(_VALUE)
class FilterValueField(serializers.Field[str | list[str], object, str | list[str], object]):
    """One value, or several in a list: which filters take several is crm.card_lists' to say."""

    def __init__(self, *, allow_blank: bool = False, **options: Any) -> None:
        super().__init__(**options)
        self._one = serializers.CharField(allow_blank=allow_blank)

    def to_internal_value(self, data: object) -> str | list[str]:
        return [self._value(one) for one in data] if isinstance(data, list) else self._value(data)

    def to_representation(self, value: str | list[str]) -> str | list[str]:
        return value

    def _value(self, data: object) -> str:
        return str(self._one.run_validation(data))


def as_query(asked: Mapping[str, str | list[str]]) -> QueryDict:
    """Filters as in the address of a list."""
    query = QueryDict(mutable=True)
    for name, value in asked.items():
        query.setlist(name, value if isinstance(value, list) else [value])
    return query


def read_filter(kind: str, query: QueryDict) -> ListFilter:
    """Raises ValidationError, which names the filter that is wrong."""
    try:
        return exact_filter(kind, query)
    except ValueRefused as error:
        raise field_error(f"filter.{error.field}", error.message) from error


BULK_ACTIONS = ("add_tags", "remove_tags", "set_responsible", "move", "delete")


class BulkSerializer(serializers.Serializer[Any]):
    """What is done to which cards: those of `ids`, or all that `filter` finds, at most 2,000 at once."""

    action = serializers.ChoiceField([(name, name) for name in BULK_ACTIONS])
    ids = serializers.ListField(child=serializers.CharField(max_length=20), required=False, max_length=MOST)
    filter = serializers.DictField(
        child=FilterValueField(allow_blank=True),
        required=False,
        help_text="As the list's own parameters, several tags as a list: `{}` is every card.",
    )
    tags = serializers.ListField(child=serializers.CharField(max_length=60), required=False, max_length=MAX_TAGS)
    responsible = RelatedId(queryset=Membership.objects.filter(is_active=True), required=False, allow_null=True)
    stage = RelatedId(queryset=Stage.objects, required=False, help_text="Of leads alone.")
    count = serializers.IntegerField(
        required=False, help_text="To delete: how many cards you mean. 409 when there are more or fewer."
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if ("ids" in attrs) == ("filter" in attrs):
            raise serializers.ValidationError({"ids": _("Send either ids or a filter.")})
        needed = {"add_tags": "tags", "remove_tags": "tags", "set_responsible": "responsible", "move": "stage"}
        name = needed.get(attrs["action"], "count")
        if name not in attrs:
            raise serializers.ValidationError({name: _("This is needed for what you want done.")})
        return attrs


class BulkAnswerSerializer(serializers.Serializer[Any]):
    count = serializers.IntegerField(help_text="Cards that were changed, or that have or lack the tags now.")


class CardListView(MemberViewSet):
    """A list of cards with its filters, orderings and bulk changes."""

    kind: ClassVar[str]

    def asked_ordering(self) -> tuple[str, ...]:
        """Of the cards; what hangs on one card has its own."""
        if self.action != "list":
            return self.ordering
        return ordering_of(self.kind, self.request.query_params.get("ordering", ""))

    def known_parameters(self) -> set[str]:
        """`field_NUMBER` stands for those of the account."""
        known = super().known_parameters()
        own = {f"{OWN}{one.number}" for one in fields_of(self.kind)} if self.action == "list" else set()
        return {*known, *own} - {f"{OWN}NUMBER"}

    @extend_schema(request=BulkSerializer, responses={200: BulkAnswerSerializer}, filters=False)
    @action(methods=["post"], detail=False, pagination_class=None, filterset_class=None)
    @idempotent()
    def bulk(self, request: Request) -> Response:
        """Change many cards at once."""
        asked: dict[str, Any] = checked(BulkSerializer(data=request.data))
        cards = asked_cards(self.kind, asked)
        return Response({"count": _CHANGES[asked["action"]](self.member, cards, asked)})


def asked_cards(kind: str, asked: dict[str, Any]) -> QuerySet[Any]:
    """Of a checked body with either `ids` or `filter`."""
    if "ids" in asked:
        return chosen_cards(kind, [row_id(one) for one in asked["ids"]])
    return chosen_cards(kind, read_filter(kind, as_query(asked["filter"])))


def _add_tags(_member: Membership, cards: QuerySet[Any], asked: dict[str, Any]) -> int:
    add_tags(cards, asked["tags"])
    return cards.count()


def _remove_tags(_member: Membership, cards: QuerySet[Any], asked: dict[str, Any]) -> int:
    remove_tags(cards, asked["tags"])
    return cards.count()


def _set_responsible(member: Membership, cards: QuerySet[Any], asked: dict[str, Any]) -> int:
    return make_responsible(member, cards, asked["responsible"])


def _move(member: Membership, cards: QuerySet[Any], asked: dict[str, Any]) -> int:
    if cards.model.__name__ != "Lead":
        raise field_error("action", _("Only leads stand in stages."))
    return move_leads(cards, asked["stage"], member=member)


def _delete(member: Membership, cards: QuerySet[Any], asked: dict[str, Any]) -> int:
    found = cards.count()
    if found != asked["count"]:
        words = _("There are %(found)d of them, not %(count)d. Look again.")
        raise Refusal(409, "count-differs", words % {"found": found, "count": asked["count"]}, count=found)
    return delete_cards(member, cards)


_CHANGES: dict[str, Callable[[Membership, QuerySet[Any], dict[str, Any]], int]] = {
    "add_tags": _add_tags,
    "remove_tags": _remove_tags,
    "set_responsible": _set_responsible,
    "move": _move,
    "delete": _delete,
}
