"""Settings, Mailer: its first tab, which says who uses it (M01)."""

from __future__ import annotations

from http import HTTPStatus

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from accounts.mailer import change_mailer
from web.forms.mailer import MailerForm
from web.mailer_tabs import tabs_of
from web.members import MemberRequest, administrator_required, member_required


@require_GET
@member_required
def mailer(request: MemberRequest) -> HttpResponse:
    """To the first tab that is theirs."""
    return redirect(tabs_of(request.member)[0].href)


@require_http_methods(["GET", "POST"])
@administrator_required
def users(request: MemberRequest) -> HttpResponse:
    form = MailerForm(request.POST or None, account=request.account)
    if request.method == "POST" and form.is_valid():
        change_mailer(request.member, form.changes())
        messages.success(request, _("Saved."))
        return redirect("mailer_users")
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    return render(request, "settings/mailer/users.html", {"form": form}, status=status)
