"""Which triggers a letter starts, as drafts, letters, templates and mailings show and take it (M17, M47)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rest_framework import serializers

from api.ids import RowIdField
from automation.choice import check_choice
from letter_templates.trigger_choice import (
    LEAST_SECONDS,
    MOST_SECONDS,
    MOST_TRIGGERS,
    USUAL_SECONDS,
    TriggerChoice,
    read_choice,
)


class TriggerIdsField(serializers.ListField):
    """Ids of `triggers/`, each once."""

    child = RowIdField()

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"required": False, "max_length": MOST_TRIGGERS, **kwargs})

    def to_internal_value(self, data: Any) -> list[int]:  # noqa: ANN401  (DRF's signature)
        return list(dict.fromkeys(super().to_internal_value(data)))


class NotOpenedSerializer(serializers.Serializer[Any]):
    """Started when nobody has opened the letter within this time."""

    after_seconds = serializers.IntegerField(min_value=LEAST_SECONDS, max_value=MOST_SECONDS, default=USUAL_SECONDS)
    triggers = TriggerIdsField()


class TriggerChoiceSerializer(serializers.Serializer[Any]):
    """Ids of triggers, by what starts them. Only for those who use the Mailer."""

    sent = TriggerIdsField()
    opened = TriggerIdsField()
    not_opened = NotOpenedSerializer(required=False)
    failed = TriggerIdsField()

    def to_representation(self, instance: Mapping[str, Any]) -> dict[str, Any]:
        """Every event, also those that start nothing."""
        choice = read_choice(instance)
        waiting = {"after_seconds": choice.not_opened_after, "triggers": choice.not_opened}
        shown = {"sent": choice.sent, "opened": choice.opened, "not_opened": waiting, "failed": choice.failed}
        return super().to_representation(shown)

    def validate(self, attrs: dict[str, Any]) -> TriggerChoice:
        """Raises NotAllowed, ValueRefused."""
        waiting = attrs.get("not_opened", {})
        choice = TriggerChoice(
            sent=tuple(attrs.get("sent", ())),
            opened=tuple(attrs.get("opened", ())),
            not_opened=tuple(waiting.get("triggers", ())),
            failed=tuple(attrs.get("failed", ())),
            not_opened_after=waiting.get("after_seconds", USUAL_SECONDS),
        )
        return check_choice(self.context["request"].member, choice)
