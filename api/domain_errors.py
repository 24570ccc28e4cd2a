"""What an error of the rooms below means for a client: the one table."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.utils.translation import gettext as _
from rest_framework import exceptions
from rest_framework.exceptions import APIException, ErrorDetail, ValidationError

from accounts import errors as accounts_errors
from api.resources.mailbox_serializers import CheckStepSerializer
from crm import errors as crm_errors
from letter_templates.errors import TemplateRefused
from mailboxes import errors as mailboxes_errors
from mailkit.errors import MailError, MessageGone
from outbox import errors as outbox_errors

FIELD_NAMES = {"upload_ids": "attachments", "mailbox_id": "mailbox"}  # where the name on the wire is another one


class Refusal(APIException):
    """A problem of its own type. `members` go into its document."""

    wait: int | None = None  # seconds

    def __init__(self, status: int, slug: str, detail: str, **members: Any) -> None:
        super().__init__(detail)
        self.status_code, self.default_code, self.members = status, slug, members


def field_error(field: str, message: str, code: str = "refused") -> ValidationError:
    """A 400 that points to a field; "imap.host" is the host inside of imap."""
    detail: Any = [ErrorDetail(message, code=code)]
    for name in reversed(FIELD_NAMES.get(field, field).split(".")):
        detail = {name: detail}
    return ValidationError(detail)


def _servers_failed(error: mailboxes_errors.ServersFailed) -> Refusal:
    steps = [CheckStepSerializer(step).data for step in error.report.steps]
    detail = next((step.error for step in error.report.steps if step.ok is False), "")
    return Refusal(400, "mailbox-test-failed", detail, steps=steps)


def _too_many_tries(error: mailboxes_errors.TooManyTries) -> Refusal:
    refusal = Refusal(429, "too-many-requests", error.message)
    refusal.wait = error.retry_after  # becomes Retry-After
    return refusal


# The first line that fits decides.
TABLE: list[tuple[type[Exception], Callable[[Any], APIException]]] = [
    (accounts_errors.NotFound, lambda _error: exceptions.NotFound(_("There is nothing with this id."))),
    (accounts_errors.NotAllowed, lambda error: exceptions.PermissionDenied(str(error) or None)),
    (accounts_errors.SettingRefused, lambda error: field_error(error.field, error.message)),
    (
        accounts_errors.AddressTaken,
        lambda _error: field_error("email", _("Somebody with this address is a member already."), code="taken"),
    ),
    (
        accounts_errors.LastAdministrator,
        lambda _error: Refusal(409, "last-administrator", _("An account keeps at least one administrator.")),
    ),
    (crm_errors.ValueRefused, lambda error: field_error(error.field, error.message)),
    (crm_errors.StillInUse, lambda error: Refusal(409, "still-in-use", str(error))),
    (mailboxes_errors.SettingRefused, lambda error: field_error(error.field, error.message)),
    (mailboxes_errors.ServersFailed, _servers_failed),
    (mailboxes_errors.TooManyTries, _too_many_tries),
    (mailboxes_errors.WrongState, lambda error: Refusal(409, "wrong-state", error.message)),
    (
        mailboxes_errors.SecretUnreadable,
        lambda _error: Refusal(409, "password-needed", _("Enter the password of this mailbox again.")),
    ),
    (TemplateRefused, lambda error: field_error("signature", error.message)),
    (outbox_errors.LetterRefused, lambda error: field_error(error.field, error.message)),
    (outbox_errors.WrongState, lambda error: Refusal(409, "wrong-state", str(error))),
    (
        outbox_errors.LetterChanged,
        lambda _error: Refusal(409, "wrong-state", _("The letter has just changed. Read it again.")),
    ),
    (MessageGone, lambda _error: Refusal(410, "attachment-gone", _("This file is no longer on the mail server."))),
    (
        MailError,
        lambda _error: Refusal(503, "mail-server-unreachable", _("The mail server does not answer. Try again later.")),
    ),
    (RequestDataTooBig, lambda _error: Refusal(413, "too-large", _("The request is larger than what is accepted."))),
    (SuspiciousOperation, lambda _error: exceptions.ParseError()),
]


def to_api_exception(error: Exception) -> APIException | None:
    """None for what is no error of the domain."""
    return next((make(error) for kind, make in TABLE if isinstance(error, kind)), None)
