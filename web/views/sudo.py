"""The page and the dialog that ask for the password before a secret or a right is changed."""

from __future__ import annotations

from http import HTTPStatus

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods
from django_htmx.http import trigger_client_event

from accounts.freshness import note_proof
from web.forms.sudo import PASSWORD_FIELD, ConfirmForm
from web.members import MemberRequest, member_required
from web.sudo import ask_in_dialog


@sensitive_post_parameters(PASSWORD_FIELD)
@require_http_methods(["GET", "POST"])
@member_required
def confirm(request: MemberRequest) -> HttpResponse:
    """On to `next`; asked by a dialog, on with the request that waits in the browser."""
    form = ConfirmForm(request.POST if request.method == "POST" else None, request=request)
    if form.is_valid():
        note_proof(request)
        if request.htmx:
            return trigger_client_event(HttpResponse(status=HTTPStatus.NO_CONTENT), "sign-in-confirmed")
        return redirect(_way_on(request))
    if request.htmx:
        return ask_in_dialog(request, form)
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    return render(request, "sudo/page.html", {"form": form, "action": request.get_full_path()}, status=status)


def _way_on(request: MemberRequest) -> str:
    wanted = request.GET.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    return wanted if is_ours else "/"
