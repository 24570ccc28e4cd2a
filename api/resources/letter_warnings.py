"""What the pages warn of beside a letter or a template, for programs."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from outbox.unseen_opens import Letter, waits_unseen


class WarningSerializer(serializers.Serializer[Any]):
    """It can be saved and sent all the same."""

    code = serializers.ChoiceField(["opens_unseen"])
    detail = serializers.CharField()


@extend_schema_field(WarningSerializer(many=True))
class WarningsField(serializers.Field):
    """What will not work as it is. `opens_unseen`: its triggers wait for an opening that nobody could tell."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"source": "*", "read_only": True, **options})

    def to_representation(self, value: Letter) -> list[dict[str, str]]:
        return [{"code": "opens_unseen", "detail": opens_unseen()}] if waits_unseen(value) else []


def opens_unseen() -> str:
    return _(
        "In plain text, or with opens and clicks not seen, only a trigger link that is followed tells that a letter "
        "was opened. Without one, what waits for an opening does not run."
    )
