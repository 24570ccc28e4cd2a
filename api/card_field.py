"""A card of any kind on the wire: `{"type": "lead", "id": "12"}`."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from api.ids import IdFilter
from crm.access import get_card
from crm.cards import key_of, type_of
from crm.errors import CardNotFound
from crm.models import CARDS, Card, OnCard

SCHEMA = {
    "type": "object",
    "properties": {"type": {"type": "string", "enum": list(CARDS)}, "id": {"type": "string"}},
    "required": ["type", "id"],
}


@extend_schema_field(SCHEMA)
class CardField(serializers.Field):
    """Read: the card that a row hangs on, without a query. Written: the card itself; one answer for "missing" and
    "not yours".
    """

    default_error_messages = {
        "invalid": _("A card is an object with its type and its id."),
        "does_not_exist": _("There is no such card."),
    }

    def get_attribute(self, instance: Any) -> Any:  # noqa: ANN401  (a row on a card, or whatever has a `card`)
        return instance if isinstance(instance, OnCard) else super().get_attribute(instance)

    def to_representation(self, value: OnCard | Card) -> dict[str, str]:
        card_type, card_id = key_of(value) if isinstance(value, OnCard) else (type_of(value), value.pk)
        return {"type": card_type, "id": str(card_id)}

    def to_internal_value(self, data: object) -> Card:
        if not isinstance(data, dict) or not all(isinstance(data.get(name), str | int) for name in ("type", "id")):
            self.fail("invalid")
        try:
            return get_card(str(data["type"]), data["id"])
        except CardNotFound:
            self.fail("does_not_exist")


class CardFilters(filters.FilterSet):
    """Rows of one card: `?lead=12`."""

    contact = IdFilter(field_name="contact_id")
    company = IdFilter(field_name="company_id")
    lead = IdFilter(field_name="lead_id")
    customer = IdFilter(field_name="customer_id")
