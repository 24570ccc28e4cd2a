"""Settings of a mailbox: whether it is personal or shared, and whose it is (K25). Administrators only."""

from __future__ import annotations

from http import HTTPStatus

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.errors import NotAllowed
from mailboxes.access import get_managed_mailbox_for
from mailboxes.errors import SettingRefused
from mailboxes.kinds import change_kind
from mailboxes.models import Mailbox
from web.forms.mailbox_kind import KindForm
from web.members import MemberRequest, member_required
from web.sudo import fresh_sign_in


@require_http_methods(["GET", "POST"])
@member_required
@fresh_sign_in(on_get=False)
def kind(request: MemberRequest, mailbox_id: int) -> HttpResponse:
    mailbox = get_managed_mailbox_for(request.member, mailbox_id)
    if not request.member.is_admin:
        raise NotAllowed
    form = KindForm(request.POST or None, mailbox=mailbox)
    if request.method == "POST" and form.is_valid():
        try:
            changed = change_kind(request.member, mailbox.pk, form.cleaned_data["kind"], form.new_owner)
        except SettingRefused as error:
            form.add_error(error.field, error.message)
        else:
            return _done(request, changed)
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    return render(request, "settings/mailbox_kind.html", {"mailbox": mailbox, "form": form}, status=status)


def _done(request: MemberRequest, mailbox: Mailbox) -> HttpResponse:
    """To its settings, if they are still the asker's to see."""
    messages.success(request, _words(mailbox))
    if Mailbox.objects.managed_by(request.member).filter(pk=mailbox.pk).exists():
        return redirect("mailbox", mailbox_id=mailbox.pk)
    return redirect("mailboxes")


def _words(mailbox: Mailbox) -> str:
    if mailbox.owner is None:
        return _("%(address)s is a shared mailbox.") % {"address": mailbox.address}
    facts = {"address": mailbox.address, "owner": mailbox.owner.name}
    return _("%(address)s is the personal mailbox of %(owner)s.") % facts
