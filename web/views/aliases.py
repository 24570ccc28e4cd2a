"""Settings of a mailbox: other addresses that it may write as (R16), and the page behind the link that confirms one."""

from __future__ import annotations

from http import HTTPStatus

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from mailboxes.access import get_managed_mailbox_for
from mailboxes.aliases import (
    LINK_HOURS,
    aliases_of,
    confirm_alias,
    find_alias,
    is_expired,
    request_alias,
    withdraw_alias,
)
from mailboxes.errors import AliasLinkInvalid, SettingRefused, TooManyTries
from web.forms.aliases import AliasForm
from web.members import MemberRequest, member_required


@require_http_methods(["GET", "POST"])
@member_required
def aliases(request: MemberRequest, mailbox_id: int) -> HttpResponse:
    """A list, and a form that mails a link."""
    mailbox = get_managed_mailbox_for(request.member, mailbox_id)
    form = AliasForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            alias = request_alias(request.member, mailbox.pk, **form.cleaned_data)
        except SettingRefused as error:
            form.add_error(error.field, error.message)
        except TooManyTries as error:
            form.add_error(None, error.message)
        else:
            words = _("A link was mailed to %(address)s. It works for %(hours)d hours.")
            messages.success(request, words % {"address": alias.address, "hours": LINK_HOURS})
            return redirect("mailbox_aliases", mailbox_id=mailbox.pk)
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    lines = [(alias, is_expired(alias)) for alias in aliases_of(mailbox)]
    return render(request, "settings/aliases.html", {"mailbox": mailbox, "form": form, "lines": lines}, status=status)


@require_POST
@member_required
def withdraw(request: MemberRequest, mailbox_id: int, alias_id: int) -> HttpResponse:
    withdraw_alias(request.member, mailbox_id, alias_id)
    messages.success(request, _("Withdrawn. Nothing is sent from that address any more."))
    return redirect("mailbox_aliases", mailbox_id=mailbox_id)


@never_cache
@require_http_methods(["GET", "POST"])
def confirm(request: HttpRequest, secret: str) -> HttpResponse:
    """One click: programs that look at the links of a letter must not agree to anything."""
    try:
        alias = confirm_alias(secret) if request.method == "POST" else find_alias(secret)
    except AliasLinkInvalid:
        return render(request, "aliases/invalid.html", status=HTTPStatus.NOT_FOUND)
    template = "aliases/confirmed.html" if request.method == "POST" else "aliases/confirm.html"
    return render(request, template, {"alias": alias})
