"""Filters that say what is wrong: those of the package take nonsense for "not asked"."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from django_filters import rest_framework as filters
from django_filters.rest_framework.filters import BooleanWidget

WORDS = {"true": True, "1": True, "false": False, "0": False}


class TruthWidget(BooleanWidget):
    """What is neither yes nor no stays as it was typed, for the field to refuse."""

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:  # noqa: ANN401  (Django's signature)
        typed = data.get(name)
        return WORDS.get(typed.lower(), typed) if isinstance(typed, str) else typed


class TruthField(forms.NullBooleanField):
    def to_python(self, value: Any) -> Any:  # noqa: ANN401  (Django's signature; None: not asked)
        if value in (None, ""):
            return None
        if not isinstance(value, bool):
            raise ValidationError(_("Write true or false."), code="invalid")
        return value


class BooleanFilter(filters.BooleanFilter):
    """`?is_unread=true`, `false`, `1` or `0`."""

    field_class = TruthField

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"widget": TruthWidget, **kwargs})
