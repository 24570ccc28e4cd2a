"""Nothing is passed over in silence: a letter would go without its words, a list would hold more than was asked for.
Fields and parameters that the API does not know are refused by their names.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from difflib import get_close_matches
from typing import Any, TypeVar

from django.http import QueryDict
from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail, ValidationError

UNKNOWN = "unknown"
PAGE = ("cursor", "limit")

Handler = TypeVar("Handler", bound=Callable[..., Any])


def takes(*names: str) -> Callable[[Handler], Handler]:
    """For a handler: the parameters of its address, beside those of a list's pages and filters."""

    def decorate(handler: Handler) -> Handler:
        handler.parameters = names  # type: ignore[attr-defined]
        return handler

    return decorate


def check_parameters(given: QueryDict, known: Collection[str]) -> None:
    """Raises ValidationError."""
    wrong = {name: [ErrorDetail(_unknown_parameter(known), UNKNOWN)] for name in given if name not in known}
    nulls = {name: [_("Null characters are not allowed.")] for name, values in given.lists() if "\0" in "".join(values)}
    if wrong or nulls:
        raise ValidationError({**nulls, **wrong})


def _unknown_parameter(known: Collection[str]) -> str:
    if not known:
        return _("This address takes no parameters.")
    return _("There is no such parameter here. There are: %(names)s.") % {"names": ", ".join(sorted(known))}


def checked(serializer: serializers.BaseSerializer[Any]) -> Any:  # noqa: ANN401  (what was sent)
    """What was sent, after the serializer's checks. Raises ValidationError."""
    unknown = _unknown_in(serializer, serializer.initial_data)
    if unknown:
        raise ValidationError(unknown)
    serializer.is_valid(raise_exception=True)
    return serializer.validated_data


class WholeSerializer(serializers.Serializer[Any]):
    """For one of a list: a PATCH replaces the list, and what it leaves out of one of them is not kept from before."""

    def run_validation(self, data: Any = serializers.empty) -> Any:  # noqa: ANN401  (DRF's signature)
        if data is None:  # DRF hands the `allow_null` of a list on to what is in it
            raise ValidationError([ErrorDetail(str(self.error_messages["null"]), "null")])
        if isinstance(data, Mapping):
            self._check_required(data)
        return super().run_validation(data)

    def _check_required(self, data: Mapping[str, object]) -> None:
        missing = {name: field for name, field in self.fields.items() if field.required and name not in data}
        if missing:
            words = {name: str(field.error_messages["required"]) for name, field in missing.items()}
            raise ValidationError({name: [ErrorDetail(text, "required")] for name, text in words.items()})


def _unknown_in(field: Any, data: object) -> Any:  # noqa: ANN401  (a field; errors as DRF nests them)
    """The errors, nested as the data is; what has another shape than it should is the serializer's to refuse."""
    if isinstance(field, serializers.Serializer) and isinstance(data, Mapping):
        return _unknown_of(field, data)
    child = getattr(field, "child", None)
    if child is None or not isinstance(data, list):
        return {}
    found = [_unknown_in(child, one) for one in data]
    return found if any(found) else {}


def _unknown_of(serializer: serializers.Serializer[Any], data: Mapping[str, object]) -> dict[str, Any]:
    known = serializer.fields
    unknown: dict[str, Any] = {
        name: [ErrorDetail(_unknown_field(serializer, name), UNKNOWN)] for name in data if name not in known
    }
    inner = {name: _unknown_in(known[name], value) for name, value in data.items() if name in known}
    return {**{name: errors for name, errors in inner.items() if errors}, **unknown}


def _unknown_field(serializer: serializers.Serializer[Any], name: str) -> str:
    """`unknown_words` of a serializer say where people look in vain."""
    words = getattr(serializer, "unknown_words", None) or _("There is no such field.")
    similar = get_close_matches(name, list(serializer.fields), n=1)
    return f"{words} " + _("Did you mean “%(name)s”?") % {"name": similar[0]} if similar else str(words)
