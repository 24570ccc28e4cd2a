"""A signature on the wire: HTML, or plain text whose lines are kept; with merge fields of the sender."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from letter_templates.errors import TemplateRefused
from letter_templates.signatures import MAX_CHARS, checked_signature


class SignatureField(serializers.CharField):
    """A wrong field is a 400 that names it and its place."""

    def __init__(self, **kwargs: Any) -> None:
        help_text = "HTML, or plain text. Fields such as `{{ user.name }}`: see `signatures/fields/`."
        super().__init__(
            allow_blank=True, max_length=MAX_CHARS, trim_whitespace=False, **{"help_text": help_text, **kwargs}
        )

    def to_internal_value(self, data: Any) -> str:  # noqa: ANN401  (what a client sends)
        given = super().to_internal_value(data)
        try:
            return checked_signature(given)
        except TemplateRefused as error:
            raise serializers.ValidationError(error.message, code=error.reason) from error
