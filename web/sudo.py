"""Sudo mode: before a secret or a right is changed, people prove again who they are when that is some minutes ago.

Nothing typed is lost by it. htmx requests are answered by a dialog over the page, and shell.js sends them once more;
plain forms are carried through the question in hidden fields, except passwords, which no answer of ours ever repeats.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial, wraps
from http import HTTPStatus
from typing import Any, overload
from urllib.parse import urlencode

from django.http import HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django_htmx.http import reswap, retarget

from accounts.freshness import is_fresh, note_proof
from web.forms.sudo import PASSWORD_FIELD, ConfirmForm
from web.members import MemberRequest, View

ASKS = "X-Confirm-Sign-In"  # tells shell.js to keep the request until the password was right
NEVER_CARRIED = ("password", "secret", "csrfmiddlewaretoken")
OWN_PREFIX = "sudo_"  # fields of the question itself


@overload
def fresh_sign_in(view: View, *, on_get: bool = True) -> View: ...
@overload
def fresh_sign_in(view: None = None, *, on_get: bool = True) -> Callable[[View], View]: ...


def fresh_sign_in(view: View | None = None, *, on_get: bool = True) -> View | Callable[[View], View]:
    """Asks for the password first, unless it was given within SUDO_MINUTES. Stands below `member_required`.

    Forms with a password in them ask before they are shown (`on_get`), for it cannot be carried. Where a page is mostly
    read, `@fresh_sign_in(on_get=False)` asks only before the change.
    """
    return partial(_guard, on_get=on_get) if view is None else _guard(view, on_get)


def _guard(view: View, on_get: bool) -> View:
    @wraps(view)
    def guarded(request: MemberRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        is_read = request.method in ("GET", "HEAD")
        if is_fresh(request) or (is_read and not on_get):
            return view(request, *args, **kwargs)
        if request.htmx:
            return ask_in_dialog(request)
        if is_read:
            return redirect(f"{reverse('confirm_sign_in')}?{urlencode({'next': request.get_full_path()})}")
        return _ask_in_between(request) or view(request, *args, **kwargs)

    return guarded


def ask_in_dialog(request: MemberRequest, form: ConfirmForm | None = None) -> HttpResponse:
    response = render(
        request,
        "sudo/dialog.html",
        {"form": form or ConfirmForm(request=request)},
        status=HTTPStatus.UNPROCESSABLE_ENTITY,
    )
    if form is None:
        response.headers[ASKS] = "1"
    return retarget(reswap(response, "innerHTML"), "#sudo")


def _ask_in_between(request: MemberRequest) -> HttpResponse | None:
    """None once the password was right: the view then gets what was typed before the question."""
    is_answer = PASSWORD_FIELD in request.POST
    form = ConfirmForm(request.POST if is_answer else None, request=request)
    if is_answer and form.is_valid():
        note_proof(request)
        request.POST = _typed(request)  # type: ignore[assignment]  # Django's own setter takes it
        return None
    facts = {"form": form, "action": request.get_full_path(), "carried": _carried(request)}
    return render(request, "sudo/page.html", facts, status=HTTPStatus.UNPROCESSABLE_ENTITY)


def _typed(request: MemberRequest) -> QueryDict:
    """What the form itself had sent, without the answer to the question."""
    typed = request.POST.copy()
    for name in [name for name in typed if name.startswith(OWN_PREFIX)]:
        del typed[name]
    return typed


def _carried(request: MemberRequest) -> list[tuple[str, str]]:
    return [
        (name, value)
        for name, values in _typed(request).lists()
        if not any(word in name for word in NEVER_CARRIED)
        for value in values
    ]
