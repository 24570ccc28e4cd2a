"""How cards and mailboxes carry what is filled in on the account's own fields."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers


@extend_schema_field({"type": "object", "additionalProperties": True})
class CustomValuesField(serializers.DictField):
    """Values by the number of their field. Those that are sent change, null clears one, the others stay."""

    def __init__(self, **options: Any) -> None:
        super().__init__(child=serializers.JSONField(allow_null=True), required=False, **options)

    def get_attribute(self, instance: Any) -> dict[str, Any]:  # noqa: ANN401  (a card or a mailbox)
        values: dict[str, Any] = instance.custom_values
        return values
