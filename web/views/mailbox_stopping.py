"""Settings of a mailbox: pausing it, going on with it, disconnecting it (K64, K65)."""

from __future__ import annotations

from http import HTTPStatus

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from mailboxes import disconnecting
from mailboxes.access import get_managed_mailbox_for
from mailboxes.disconnecting import Emails
from mailboxes.errors import SettingRefused, WrongState
from mailboxes.models import Mailbox
from outbox.models import OutgoingMail
from threads.models import Message
from web.forms.mailbox_stopping import DisconnectForm
from web.mailbox_health import grouped
from web.members import MemberRequest, member_required
from web.sudo import fresh_sign_in


@require_POST
@member_required
def pause(request: MemberRequest, mailbox_id: int) -> HttpResponse:
    mailbox = get_managed_mailbox_for(request.member, mailbox_id)
    try:
        disconnecting.pause(request.member, mailbox.pk)
    except WrongState as error:
        messages.error(request, error.message)
    else:
        messages.success(request, _("%(address)s is paused.") % {"address": mailbox.address})
    return redirect("mailbox", mailbox_id=mailbox.pk)


@require_POST
@member_required
def resume(request: MemberRequest, mailbox_id: int) -> HttpResponse:
    mailbox = get_managed_mailbox_for(request.member, mailbox_id)
    try:
        disconnecting.resume(request.member, mailbox.pk)
    except WrongState as error:
        messages.error(request, error.message)
    else:
        messages.success(request, _("%(address)s goes on where it was.") % {"address": mailbox.address})
    return redirect("mailbox", mailbox_id=mailbox.pk)


@require_http_methods(["GET", "POST"])
@member_required
@fresh_sign_in(on_get=False)
def disconnect(request: MemberRequest, mailbox_id: int) -> HttpResponse:
    mailbox = get_managed_mailbox_for(request.member, mailbox_id)
    form = DisconnectForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            gone = disconnecting.disconnect(
                request.member,
                mailbox.pk,
                emails=form.cleaned_data["emails"],
                confirmation=form.cleaned_data["confirm"],
            )
        except SettingRefused as error:
            form.add_error(error.field, error.message)
        else:
            return _done(request, gone)
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    facts = {"mailbox": mailbox, "form": form, "letters": _letters_words(mailbox), "waiting": _waiting_words(mailbox)}
    return render(request, "settings/mailbox_disconnect.html", {**facts, "DELETE": Emails.DELETE.value}, status=status)


def _done(request: MemberRequest, mailbox: Mailbox) -> HttpResponse:
    if mailbox.state == Mailbox.State.REMOVING:
        words = _("%(address)s is disconnected. Its emails are being deleted.")
        messages.success(request, words % {"address": mailbox.address})
        return redirect("mailboxes")
    messages.success(request, _("%(address)s is disconnected. Its emails stay here.") % {"address": mailbox.address})
    return redirect("mailbox", mailbox_id=mailbox.pk)


def _letters_words(mailbox: Mailbox) -> str:
    count = Message.objects.filter(mailbox=mailbox).count()
    words = ngettext("%(count)s letter is here.", "%(count)s letters are here.", count)
    return words % {"count": grouped(count)}


def _waiting_words(mailbox: Mailbox) -> str:
    """ "" when the outbox has none of it."""
    count = OutgoingMail.objects.filter(mailbox=mailbox, state__in=["queued", "sending", "retry", "held"]).count()
    words = ngettext("%(count)s letter waits in the outbox.", "%(count)s letters wait in the outbox.", count)
    return words % {"count": grouped(count)} if count else ""
