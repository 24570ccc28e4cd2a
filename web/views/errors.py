"""What people see when something is wrong: what happened and what to do. The API has its own answers (api.problems)."""

from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.template.loader import render_to_string
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django_htmx.http import trigger_client_event

Words = tuple[str | Promise, str | Promise]

BAD_REQUEST: Words = (_("That request was not right"), _("Go back, reload the page and try once more."))
FORBIDDEN: Words = (_("You may not open this"), _("An administrator of your account can give you the right."))
MISSING: Words = (_("There is nothing here"), _("It may have been deleted, or it belongs to somebody else."))
GONE = _("No longer on the mail server")
DISCONNECTED = _("This mailbox is disconnected")
NO_SERVER: Words = (
    _("The mail server does not answer"),
    _("Files stay on the mail server and are fetched when you open them. Try again in a moment."),
)
BROKEN: Words = (_("Something broke on our side"), _("Your mail is safe. Try again in a moment."))
STALE_FORM: Words = (
    _("This page has been open for too long"),
    _("For your safety the form was not accepted. Go back, reload the page and send it again."),
)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return answer(request, HTTPStatus.BAD_REQUEST, BAD_REQUEST)


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    return answer(request, HTTPStatus.FORBIDDEN, FORBIDDEN)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return answer(request, HTTPStatus.NOT_FOUND, MISSING)


def server_error(request: HttpRequest) -> HttpResponse:
    return answer(request, HTTPStatus.INTERNAL_SERVER_ERROR, BROKEN, again=request.get_full_path())


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """`reason` is for developers; the usual cause is a form that was open while the person signed out and in elsewhere.

    A script of ours gets the new token (others cannot read this answer), so that nothing typed is lost.
    """
    if not getattr(request, "htmx", False):
        return answer(request, HTTPStatus.FORBIDDEN, STALE_FORM)
    response = HttpResponse(status=HTTPStatus.FORBIDDEN)
    if getattr(request, "member", None) is None:
        return trigger_client_event(response, "signed-out", {})
    return trigger_client_event(response, "new-token", {"token": get_token(request)})


def answer(request: HttpRequest, status: HTTPStatus, words: Words, again: str = "") -> HttpResponse:
    """A page of its own. Without context processors: what is broken may be one of them."""
    facts: dict[str, Any] = {
        "status": int(status),
        "heading": words[0],
        "advice": words[1],
        "again": again,
        "request_id": getattr(request, "request_id", ""),
        "request": request,
    }
    return HttpResponse(render_to_string("errors/error.html", facts), status=status)
