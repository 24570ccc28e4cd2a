"""A form as it came: read within limits, and shown again where somebody has to press a button."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.core.exceptions import SuspiciousOperation
from django.http import HttpRequest, QueryDict
from django.http.multipartparser import MultiPartParserError

from mailkit.form_reader import TRAP_NAME
from pages.form_values import MAX_FIELDS, Sent, read_sent

MAX_BYTES = 1024 * 1024
CONFIRMED_NAME = "confirmed"  # what the button of our own page sends


@dataclass(frozen=True, slots=True)
class Answer:
    """`is_trapped`: a field is filled in that people do not see."""

    sent: list[Sent]
    is_confirmed: bool
    is_trapped: bool

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """For hidden fields: the same once more."""
        return [(one.name, value) for one in self.sent for value in one.values]


class FormTooLarge(Exception):
    """More bytes or fields than a form has."""


def read_answer(request: HttpRequest) -> Answer:
    """Raises FormTooLarge."""
    given = list(_pairs(request))
    if len(given) > MAX_FIELDS:
        raise FormTooLarge
    is_post = request.method == "POST"
    own = {TRAP_NAME, CONFIRMED_NAME}
    return Answer(
        sent=read_sent(pair for pair in given if pair[0] not in own),
        is_confirmed=is_post and any(name == CONFIRMED_NAME for name, _value in given),
        is_trapped=any(name == TRAP_NAME and value.strip() for name, value in given),
    )


def _pairs(request: HttpRequest) -> Iterable[tuple[str, str]]:
    for values in (request.GET, _posted(request)):
        for name, many in values.lists():
            yield from ((name, str(value)) for value in many)


def _posted(request: HttpRequest) -> QueryDict:
    if request.method != "POST":
        return QueryDict()
    if int(request.META.get("CONTENT_LENGTH") or 0) > MAX_BYTES:
        raise FormTooLarge
    try:
        return request.POST
    except (SuspiciousOperation, MultiPartParserError) as error:  # more fields than Django reads, or none at all
        raise FormTooLarge from error
