"""Connecting a mailbox (K01-K09, M02-M04): a dialog over any page, or a page of its own. First the address alone, whose
provider is looked up; then how to sign in. And connecting one again that is connected already.
"""

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
from django.views.decorators.http import require_http_methods, require_POST
from django_htmx.http import reswap, retarget

from accounts.errors import NotAllowed
from accounts.members import get_colleague
from accounts.models import Membership
from mailboxes import limits
from mailboxes.access import get_managed_mailbox_for
from mailboxes.detecting import detect_mailbox
from mailboxes.errors import ServersFailed, SettingRefused, TooManyTries
from mailboxes.models import Mailbox
from mailboxes.requests import ConnectRequest
from mailboxes.services import connect_mailbox, reconnect_mailbox
from web.forms.mailboxes import AddressForm, ConnectForm, ReconnectForm, ServersForm
from web.mailbox_health import health_of
from web.members import MemberRequest, member_required
from web.server_reports import Report, report_of
from web.sign_in_ways import SignInWay, way_found, way_named, way_of
from web.sudo import fresh_sign_in

AUTO_ID = "connect_%s"  # the dialog may stand over a page that has a form of its own


@require_http_methods(["GET", "POST"])
@member_required
def connect(request: MemberRequest) -> HttpResponse:
    owner = owner_asked_for(request)
    if request.method == "GET":
        return _show_first_step(request, AddressForm(auto_id=AUTO_ID), owner)
    form = ConnectForm(request.POST, member=request.member, owner=owner, auto_id=AUTO_ID)
    return _save(request, form, partial(connect_mailbox, request.member))


@require_POST
@member_required
def find(request: MemberRequest) -> HttpResponse:
    """From the address to its servers. `?back`: to the address again; `?by_password`: not by the provider's page."""
    owner = owner_asked_for(request)
    form = AddressForm(request.POST, auto_id=AUTO_ID)
    if "back" in request.GET or not form.is_valid():
        return _show_first_step(request, form, owner)
    try:
        limits.check(request.member, "detect")
        found = detect_mailbox(form.cleaned_data["address"])
    except SettingRefused as error:
        form.add_error("address", error.message)
        return _show_first_step(request, form, owner)
    except TooManyTries as error:
        form.add_error(None, error.message)
        return _show_first_step(request, form, owner)
    way = way_found(found, by_password="by_password" in request.GET)
    initial = {"address": form.cleaned_data["address"], **way.servers}
    second = ConnectForm(member=request.member, owner=owner, initial=initial, auto_id=AUTO_ID)
    return _show(request, "settings/connect.html", _facts(second, way))


@require_http_methods(["GET", "POST"])
@member_required
@fresh_sign_in
def servers(request: MemberRequest, mailbox_id: int) -> HttpResponse:
    """Other servers or another password for a mailbox that is connected, or was."""
    mailbox = get_managed_mailbox_for(request.member, mailbox_id)
    if request.method == "POST":
        form = ReconnectForm(request.POST, mailbox=mailbox, auto_id=AUTO_ID)
        return _save(request, form, partial(reconnect_mailbox, request.member, mailbox.pk))
    facts = _facts(ReconnectForm(mailbox=mailbox, auto_id=AUTO_ID), way_of(mailbox))
    return render(request, "settings/servers.html", facts)


def owner_asked_for(request: MemberRequest) -> Membership | None:
    """Whose mailbox it becomes, when it is not who asks (M02)."""
    wanted = request.POST.get("owner") or request.GET.get("owner") or ""
    if wanted in ("", str(request.member.pk)):
        return None
    if not request.member.is_admin:
        raise NotAllowed(_("Only administrators connect mailboxes for others."))
    return get_colleague(wanted)


def _show_first_step(request: MemberRequest, form: AddressForm, owner: Membership | None) -> HttpResponse:
    is_wrong = "back" not in request.GET and bool(form.errors)
    status = HTTPStatus.UNPROCESSABLE_ENTITY if is_wrong else HTTPStatus.OK
    return _show(request, "settings/connect.html", {"address_form": form, "owner": owner}, status)


def _show(request: MemberRequest, page: str, facts: dict[str, Any], status: int = HTTPStatus.OK) -> HttpResponse:
    """As a dialog where it was opened, as its inside when the dialog is there, else as a page."""
    if request.htmx.target == "modal":
        return render(request, "settings/connect_dialog.html", facts, status=status)
    if request.htmx:
        return render(request, "settings/parts/connect_step.html", facts, status=status)
    return render(request, page, facts, status=status)


def _save(request: MemberRequest, form: ServersForm, save: Callable[[ConnectRequest], Mailbox]) -> HttpResponse:
    if not form.is_valid():
        return _refused(request, form)
    try:
        mailbox = save(form.request(save_send_only=request.POST.get("save") == "send_only"))
    except SettingRefused as error:
        form.refuse(error)
        return _refused(request, form)
    except TooManyTries as error:
        form.add_error(None, error.message)
        return _refused(request, form)
    except ServersFailed as failure:
        return _refused(request, form, report_of(failure.report))
    return _connected(request, mailbox)


def _refused(request: MemberRequest, form: ServersForm, report: Report | None = None) -> HttpResponse:
    """htmx swaps report and errors only: the form stays in the page as typed, and no password comes back in HTML."""
    page = "settings/connect.html" if isinstance(form, ConnectForm) else "settings/servers.html"
    template = "settings/parts/connect_answer.html" if request.htmx else page
    facts = _facts(form, way_named(request.POST.get("provider", "")), report)
    return render(request, template, facts, status=HTTPStatus.UNPROCESSABLE_ENTITY)


def _facts(form: ServersForm, way: SignInWay, report: Report | None = None) -> dict[str, Any]:
    """`mailbox` is None while there is none yet."""
    return {
        "form": form,
        "way": way,
        "report": report,
        "mailbox": getattr(form, "mailbox", None),
        "owner": getattr(form, "owner", None),
        "outgoing_ips": settings.OUTGOING_IPS,
        "wrong_fields": [field for field in form if field.errors],
    }


def _connected(request: MemberRequest, mailbox: Mailbox) -> HttpResponse:
    is_of_another = mailbox.owner_id not in (None, request.member.pk) and not mailbox.shared_with_admins
    if not request.htmx:
        messages.success(request, _("%(address)s is connected.") % {"address": mailbox.address})
        return redirect("user", mailbox.owner_id) if is_of_another else redirect("mailbox", mailbox.pk)
    facts = {"mailbox": mailbox, "health": health_of(mailbox), "is_of_another": is_of_another}
    response = render(request, "settings/parts/connected.html", facts)
    return retarget(reswap(response, "outerHTML"), "#connect-form")
