"""Forms of letters and pages as clients send them (M120-M127).

The manual that people copy from sends by GET, so a GET with something filled in is saved at once. HEAD, what browsers
fetch ahead and known machines never write: whoever that was may say so by a button. What a field cannot take is told at
the field before anything is written.
"""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from accounts.models import Account
from accounts.public_tokens import read_token
from accounts.tenancy import tenant
from pages.form_answers import note_trap, save_answer
from pages.form_sources import Form, get_form
from pages.form_throttle import MINUTE, wait_of
from pages.form_values import is_filled
from public_face.answers import not_found, page
from public_face.form_again import refuse
from public_face.form_requests import CONFIRMED_NAME, Answer, FormTooLarge, read_answer
from public_face.visitors import visit_of
from tracking.hits import note_reading
from tracking.judging import judge_visit

METHODS = ("GET", "HEAD", "POST")
# Rows of tracking/machines.toml. Scanners follow links; a program that fills in a form was written to do so.
SOMEBODYS_PROGRAMS = ("library", "no-name")


@dataclass(frozen=True, slots=True)
class _Asked:
    request: HttpRequest
    account: Account
    form: Form
    answer: Answer


def form(request: HttpRequest, token: str) -> HttpResponse:
    """{formlink}."""
    named = read_token("form", token)
    if named is None or request.method not in METHODS:
        return not_found(request)
    with tenant(named.account_id):
        found = get_form(named.row_id)
        if found is None:
            return not_found(request)
        account = Account.objects.get(pk=named.account_id)
        try:
            answer = read_answer(request)
        except FormTooLarge:
            status = HTTPStatus.REQUEST_ENTITY_TOO_LARGE
            return page("public/form_too_large.html", account=account, status=status)
        return _respond(_Asked(request, account, found, answer))


def _respond(asked: _Asked) -> HttpResponse:
    if not is_filled(asked.answer.sent, asked.form.keys):
        return _ask_to_fill_in(asked)
    if _is_machine(asked):
        return _refuse(asked)
    refused = None if asked.answer.is_trapped else refuse(asked.account, asked.form, asked.answer)
    if refused is not None:
        return refused
    if asked.account.confirm_forms and not asked.answer.is_confirmed:
        return _again(asked, "public/form_confirm.html", HTTPStatus.OK)
    wait = wait_of(asked.form.tracked_id, timezone.now())
    if wait:
        template = "public/form_wait.html" if wait == MINUTE else "public/form_wait_day.html"
        response = _again(asked, template, HTTPStatus.TOO_MANY_REQUESTS)
        response.headers["Retry-After"] = str(int(wait.total_seconds()))
        return response
    if not asked.form.is_test:
        _note(asked)
    return page("public/form_saved.html", account=asked.account)


def _note(asked: _Asked) -> None:
    if asked.answer.is_trapped:
        note_trap(asked.form, asked.answer.sent)
        return
    save_answer(asked.account, asked.form, asked.answer.sent, by_address=asked.request.method == "GET")
    mail = asked.form.mail
    if mail and mail.track_opens:
        note_reading(asked.form.tracked_id, visit_of(asked.request))


def _ask_to_fill_in(asked: _Asked) -> HttpResponse:
    """Who followed the link alone gets the form; who sent it empty is told so."""
    if asked.request.method != "POST":
        return HttpResponse(status=HTTPStatus.FOUND, headers={"Location": asked.form.url})
    status = HTTPStatus.UNPROCESSABLE_ENTITY
    return page("public/form_empty.html", {"url": asked.form.url}, account=asked.account, status=status)


def _is_machine(asked: _Asked) -> bool:
    judged = judge_visit(visit_of(asked.request))
    return not judged.acts and judged.reason not in SOMEBODYS_PROGRAMS


def _refuse(asked: _Asked) -> HttpResponse:
    """A person taken for a machine may press the button; who is taken for one even then is told what to do."""
    if asked.answer.is_confirmed:
        return page(
            "public/form_machine.html", {"url": asked.form.url}, account=asked.account, status=HTTPStatus.FORBIDDEN
        )
    return _again(asked, "public/form_confirm.html", HTTPStatus.OK)


def _again(asked: _Asked, template: str, status: HTTPStatus) -> HttpResponse:
    """What was typed is kept, and sent by a button."""
    facts = {"pairs": asked.answer.pairs, "sent": asked.answer.sent, "confirmed": CONFIRMED_NAME}
    return page(template, facts, account=asked.account, status=status)
