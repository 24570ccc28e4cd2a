"""Settings, Mailboxes: what is connected, how it is doing, and how it behaves."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.models import Membership
from mailboxes.access import get_mailbox_for, get_managed_mailbox_for
from mailboxes.behavior import change_settings
from mailboxes.errors import SettingRefused, WrongState
from mailboxes.models import Mailbox
from sync.services import ask_for_sync
from web.forms import custom_fields
from web.forms.mailbox_inbox import InboxForm
from web.forms.mailbox_parts import MailboxPart
from web.forms.mailbox_settings import MailboxForm
from web.mailbox_health import Health, health_of
from web.members import MemberRequest, member_required
from web.sudo import fresh_sign_in
from web.toasts import toast


@dataclass(frozen=True)
class MailboxLine:
    """A row of the list."""

    mailbox: Mailbox
    health: Health
    can_see: bool
    can_manage: bool
    outgoing: str  # the address that its letters go out with, if it is another's that the member knows (R07)


def list_lines(member: Membership) -> list[MailboxLine]:
    """What the member reads or manages: what is being deleted is read by nobody, and stands here until it is gone."""
    connected = Mailbox.objects.visible_to(member).with_servers()  # that one has its own page
    seen = dict(connected.values_list("pk", "address"))
    managed = set(Mailbox.objects.managed_by(member).values_list("pk", flat=True))
    rows = Mailbox.objects.filter(pk__in={*seen, *managed}).select_related("owner__user", "store")
    return [
        MailboxLine(
            mailbox=mailbox,
            health=health_of(mailbox),
            can_see=mailbox.pk in seen,
            can_manage=mailbox.pk in managed,
            outgoing=seen.get(mailbox.outgoing_mailbox_id or 0, ""),
        )
        for mailbox in rows.order_by("address_key")
    ]


def can_manage(member: Membership, mailbox: Mailbox) -> bool:
    return Mailbox.objects.managed_by(member).filter(pk=mailbox.pk).exists()


@require_GET
@member_required
def mailboxes(request: MemberRequest) -> HttpResponse:
    return render(request, "settings/mailboxes.html", {"lines": list_lines(request.member)})


@require_GET
@member_required
def progress(request: MemberRequest, mailbox_id: int) -> HttpResponse:
    """Import and older mail, as they stand: a fragment that asks for itself again until it is done."""
    mailbox = get_mailbox_for(request.member, mailbox_id)
    facts = {"mailbox": mailbox, "health": health_of(mailbox), "can_manage": can_manage(request.member, mailbox)}
    return render(request, "settings/parts/import_progress.html", facts)


@require_POST
@member_required
def sync(request: MemberRequest, mailbox_id: int) -> HttpResponse:
    """Everyone who reads the mailbox may ask for its new mail."""
    mailbox = get_mailbox_for(request.member, mailbox_id)
    try:
        ask_for_sync(mailbox)
    except WrongState as error:
        return refused(request, mailbox, error.message)
    words = _("Asking %(address)s for new mail.") % {"address": mailbox.address}
    if request.htmx:
        return toast(HttpResponse(status=HTTPStatus.NO_CONTENT), words)
    messages.success(request, words)
    return redirect("mailbox_status", mailbox_id=mailbox.pk)


def refused(request: MemberRequest, mailbox: Mailbox, words: str) -> HttpResponse:
    """What was asked for cannot be done now; the words say why."""
    if request.htmx:
        return toast(HttpResponse(status=HTTPStatus.NO_CONTENT), words, tone="bad")
    messages.error(request, words)
    return redirect("mailbox_status", mailbox_id=mailbox.pk)


@require_http_methods(["GET", "POST"])
@member_required
def mailbox(request: MemberRequest, mailbox_id: int) -> HttpResponseBase:
    return _settings(request, mailbox_id, MailboxForm)


@require_http_methods(["GET", "POST"])
@member_required
def inbox(request: MemberRequest, mailbox_id: int) -> HttpResponseBase:
    """What becomes of mail that comes in, and of the people who write it (R03-R14)."""
    return _settings(request, mailbox_id, InboxForm)


def _settings(request: MemberRequest, mailbox_id: int, part: type[MailboxPart]) -> HttpResponseBase:
    found = get_managed_mailbox_for(request.member, mailbox_id)
    form = part(request.POST or None, mailbox=found, member=request.member)
    if request.method != "POST" or not form.is_valid():
        return _settings_page(request, form)
    return _save_right(request, form) if form.changes_a_right else _save(request, form)


def _save(request: MemberRequest, form: MailboxPart) -> HttpResponse:
    try:
        change_settings(request.member, form.mailbox.pk, form.changes())
    except SettingRefused as error:
        name = error.field.replace("custom_fields.", custom_fields.PREFIX)
        form.add_error(name if name in form.fields else None, error.message)
        return _settings_page(request, form)
    messages.success(request, _("Saved."))
    return redirect(form.page, mailbox_id=form.mailbox.pk)


_save_right = fresh_sign_in(_save, on_get=False)


def _settings_page(request: MemberRequest, form: MailboxPart) -> HttpResponse:
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    facts = {
        "mailbox": form.mailbox,
        "form": form,
        "health": health_of(form.mailbox),
        "can_manage": True,
        "is_settings": form.page == "mailbox",
        "is_inbox": form.page == "mailbox_inbox",
        "collecting_count": Mailbox.objects.collecting().count(),
    }
    return render(request, f"settings/{form.page}.html", facts, status=status)
