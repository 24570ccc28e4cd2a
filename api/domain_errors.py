"""What an error of the rooms below means for a client: the one table."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.utils.translation import gettext as _
from rest_framework import exceptions
from rest_framework.exceptions import APIException, ErrorDetail, ValidationError

from accounts import errors as accounts_errors
from api.resources.mailbox_serializers import CheckStepSerializer
from automation import errors as automation_errors
from automation.places import Place
from crm import errors as crm_errors
from letter_templates import errors as template_errors
from mailboxes import errors as mailboxes_errors
from mailkit.errors import MailError, MessageGone
from outbox import errors as outbox_errors
from pages import errors as pages_errors
from threads import errors as threads_errors

# Where the name on the wire is another one.
FIELD_NAMES = {"upload_ids": "attachments", "mailbox_id": "mailbox", "alias_id": "alias", "image": "attachments"}


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


def _mailing_refused(error: outbox_errors.MailingRefused) -> Refusal:
    """`checks` as `mailings/{id}/checks/` has them."""
    checks = [asdict(check) for check in error.checks]
    return Refusal(409, "mailing-refused", _("The mailing does not start as it is. See “checks”."), checks=checks)


def _too_many_tries(error: mailboxes_errors.TooManyTries) -> Refusal:
    refusal = Refusal(429, "too-many-requests", error.message)
    refusal.wait = error.retry_after  # becomes Retry-After
    return refusal


def _id_or_null(row_id: int | None) -> str | None:
    return None if row_id is None else str(row_id)


def _place(place: Place) -> dict[str, str]:
    return {"kind": place.kind, "id": str(place.id), "name": place.name}


# The first line that fits decides.
TABLE: list[tuple[type[Exception], Callable[[Any], APIException]]] = [
    (
        crm_errors.ContactMerged,
        lambda error: Refusal(
            404,
            "merged",
            _("This contact was made one with another. See “merged_into”."),
            merged_into=str(error.contact_id),
        ),
    ),
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
    (crm_errors.WrongState, lambda error: Refusal(409, "wrong-state", str(error))),
    (mailboxes_errors.SettingRefused, lambda error: field_error(error.field, error.message)),
    (mailboxes_errors.ServersFailed, _servers_failed),
    (mailboxes_errors.TooManyTries, _too_many_tries),
    (mailboxes_errors.WrongState, lambda error: Refusal(409, "wrong-state", error.message)),
    (
        mailboxes_errors.SecretUnreadable,
        lambda _error: Refusal(409, "password-needed", _("Enter the password of this mailbox again.")),
    ),
    (
        automation_errors.CycleFound,
        lambda error: Refusal(
            400, "cycle", error.message, path=list(error.path), template=_id_or_null(error.template_id)
        ),
    ),
    (
        automation_errors.TriggerInUse,
        lambda error: Refusal(409, "still-in-use", str(error), places=[_place(place) for place in error.places]),
    ),
    (template_errors.TemplateInUse, lambda error: Refusal(409, "still-in-use", str(error))),
    (template_errors.PartRefused, lambda error: field_error(error.part, error.message, code=error.reason)),
    (template_errors.TemplateRefused, lambda error: field_error("signature", error.message)),
    (template_errors.ValueRefused, lambda error: field_error(error.field, error.message)),
    (template_errors.ArchiveRefused, lambda error: field_error("file", error.message)),
    (template_errors.TemplateUnusable, lambda error: Refusal(409, error.code.replace("_", "-"), error.message)),
    (
        template_errors.TemplateChanged,
        lambda error: Refusal(
            412,
            "changed-meanwhile",
            _("Somebody saved it meanwhile. Read it again."),
            current_version=error.current.version,
        ),
    ),
    (
        pages_errors.PageChanged,
        lambda error: Refusal(
            412,
            "changed-meanwhile",
            _("Somebody saved it meanwhile. Read it again."),
            current_version=error.current.version,
        ),
    ),
    (threads_errors.RearrangingRefused, lambda error: field_error(error.field, error.message)),
    (
        outbox_errors.DraftChanged,
        lambda error: Refusal(
            412,
            "changed-meanwhile",
            _("The draft was saved elsewhere meanwhile. Read it again."),
            current_version=error.current.version,
        ),
    ),
    (outbox_errors.LetterRefused, lambda error: field_error(error.field, error.message)),
    (outbox_errors.MailingRefused, _mailing_refused),
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
