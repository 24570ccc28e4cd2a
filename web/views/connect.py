"""Connecting a mailbox (K01-K09, M03, M04): a dialog over any page, or a page of its own."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods
from django_htmx.http import reswap, retarget

from mailboxes.access import get_managed_mailbox_for
from mailboxes.errors import ServersFailed, SettingRefused
from mailboxes.models import Mailbox
from mailboxes.requests import ConnectRequest
from mailboxes.services import change_servers, connect_mailbox
from web.forms.mailboxes import ChangeServersForm, ConnectForm, ServersForm
from web.mailbox_health import health_of
from web.members import MemberRequest, member_required
from web.server_reports import Report, report_of

AUTO_ID = "connect_%s"  # the dialog may stand over a page that has a form of its own


@require_http_methods(["GET", "POST"])
@member_required
def connect(request: MemberRequest) -> HttpResponse:
    if request.method == "POST":
        form = ConnectForm(request.POST, member=request.member, auto_id=AUTO_ID)
        return _save(request, form, partial(connect_mailbox, request.member))
    form = ConnectForm(member=request.member, auto_id=AUTO_ID)
    template = "settings/connect_dialog.html" if request.htmx.target == "modal" else "settings/connect.html"
    return render(request, template, _facts(form))


@require_http_methods(["GET", "POST"])
@member_required
def servers(request: MemberRequest, mailbox_id: int) -> HttpResponse:
    """Other servers or another password for a mailbox that is connected."""
    mailbox = get_managed_mailbox_for(request.member, mailbox_id)
    if request.method == "POST":
        form = ChangeServersForm(request.POST, mailbox=mailbox, auto_id=AUTO_ID)
        return _save(request, form, partial(change_servers, request.member, mailbox.pk))
    return render(request, "settings/servers.html", _facts(ChangeServersForm(mailbox=mailbox, auto_id=AUTO_ID)))


def _save(request: MemberRequest, form: ServersForm, save: Callable[[ConnectRequest], Mailbox]) -> HttpResponse:
    if not form.is_valid():
        return _refused(request, form)
    try:
        mailbox = save(form.request(save_send_only=request.POST.get("save") == "send_only"))
    except SettingRefused as error:
        form.refuse(error)
        return _refused(request, form)
    except ServersFailed as failure:
        return _refused(request, form, report_of(failure.report))
    return _connected(request, mailbox)


def _refused(request: MemberRequest, form: ServersForm, report: Report | None = None) -> HttpResponse:
    """htmx swaps report and errors only: the form stays in the page as typed, and no password comes back in HTML."""
    page = "settings/connect.html" if isinstance(form, ConnectForm) else "settings/servers.html"
    template = "settings/parts/connect_answer.html" if request.htmx else page
    return render(request, template, _facts(form, report), status=HTTPStatus.UNPROCESSABLE_ENTITY)


def _facts(form: ServersForm, report: Report | None = None) -> dict[str, Any]:
    """`mailbox` is None while there is none yet."""
    return {
        "form": form,
        "report": report,
        "mailbox": getattr(form, "mailbox", None),
        "outgoing_ips": settings.OUTGOING_IPS,
        "wrong_fields": [field for field in form if field.errors],
    }


def _connected(request: MemberRequest, mailbox: Mailbox) -> HttpResponse:
    if not request.htmx:
        messages.success(request, _("%(address)s is connected.") % {"address": mailbox.address})
        return redirect("mailbox", mailbox_id=mailbox.pk)
    response = render(request, "settings/parts/connected.html", {"mailbox": mailbox, "health": health_of(mailbox)})
    return retarget(reswap(response, "outerHTML"), "#connect-form")
