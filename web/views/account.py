"""Settings, Account: what administrators set for everybody."""

from __future__ import annotations

from http import HTTPStatus

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.account_settings import change_account
from accounts.slugs import smart_addresses_of
from mailboxes.models import Mailbox
from web.forms.account import AccountForm
from web.members import MemberRequest, administrator_required


@require_http_methods(["GET", "POST"])
@administrator_required
def account(request: MemberRequest) -> HttpResponse:
    form = AccountForm(request.POST or None, account=request.account)
    is_valid = request.method == "POST" and form.is_valid()
    if is_valid and form.is_confirmed:
        change_account(request.member, form.changes())
        messages.success(request, _("Saved."))
        return redirect("account")
    facts = {
        "form": form,
        "addresses": smart_addresses_of(request.account.slug),
        "new_addresses": form.new_addresses if is_valid else None,
        "collecting_count": Mailbox.objects.collecting().count(),
        "deleted_days": settings.DELETED_DAYS,
    }
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors or is_valid else HTTPStatus.OK
    return render(request, "settings/account.html", facts, status=status)
