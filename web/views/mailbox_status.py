"""How a mailbox is doing, for everybody who reads it: progress, ledger, quarantine, and "why is it not here?"."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST
from django_htmx.http import trigger_client_event

from mailboxes.access import get_mailbox_for, get_managed_mailbox_for
from mailboxes.errors import SecretUnreadable, SettingRefused, TooManyTries, WrongState
from mailboxes.foreign_reading import note_reading
from mailboxes.models import Mailbox
from mailboxes.services import retest_mailbox
from sync.left_out import request_fetch
from sync.quarantine import request_retry
from sync.services import request_older
from sync.why import explain_absence
from threads.access import get_left_out_for, get_quarantined_for
from threads.models import QuarantinedLetter
from threads.raw_store import read_raw
from web.forms.why import WhyForm
from web.mailbox_health import health_of
from web.mailbox_ledger import ledger_lines
from web.members import MemberRequest, member_required
from web.paging import page_by_time
from web.server_reports import report_of
from web.toasts import toast
from web.views.mailboxes import can_manage, refused

QUARANTINE_PAGE = 20


@require_GET
@member_required
def status(request: MemberRequest, mailbox_id: int) -> HttpResponse:
    mailbox = get_mailbox_for(request.member, mailbox_id)
    if mailbox.kind == Mailbox.Kind.SYSTEM:
        return redirect("smart_addresses")
    return render(request, "settings/mailbox_status.html", {**_facts(request, mailbox), "why": WhyForm()})


@require_GET
@member_required
def why(request: MemberRequest, mailbox_id: int) -> HttpResponse:
    """The answer takes as long as the mail server does; htmx puts it under the form."""
    mailbox = get_mailbox_for(request.member, mailbox_id)
    form = WhyForm(request.GET)
    facts: dict[str, Any] = {"mailbox": mailbox, "why": form}
    if form.is_valid():
        facts["explanation"] = explain_absence(request.member, mailbox, form.question())
    if request.htmx:
        return render(request, "settings/parts/why_answer.html", facts)
    return render(request, "settings/mailbox_status.html", {**_facts(request, mailbox), **facts})


@require_POST
@member_required
def test(request: MemberRequest, mailbox_id: int) -> HttpResponse:
    """With the stored sign-in; it takes as long as the servers do. What shows this mailbox asks for itself again."""
    mailbox = get_managed_mailbox_for(request.member, mailbox_id)
    facts = _tested(request, mailbox)
    mailbox.refresh_from_db()
    if request.htmx:
        answer = render(request, "settings/parts/test_answer.html", {**facts, "mailbox": mailbox})
        return trigger_client_event(answer, "live-mailbox", {})
    return render(request, "settings/mailbox_status.html", {**_facts(request, mailbox), **facts, "why": WhyForm()})


def _tested(request: MemberRequest, mailbox: Mailbox) -> dict[str, Any]:
    try:
        found = retest_mailbox(request.member, mailbox.pk)
    except (SettingRefused, TooManyTries) as error:
        return {"untested": error.message}
    except SecretUnreadable:
        return {"untested": _("Enter the password, or sign in at the provider again.")}
    return {"tested": report_of(found), "status": found.status}


@require_POST
@member_required
def load_older(request: MemberRequest, mailbox_id: int) -> HttpResponse:
    mailbox = get_managed_mailbox_for(request.member, mailbox_id)
    request_older(mailbox)
    return _done(request, mailbox, _("Older mail is loaded in the background, newest first."))


@require_GET
@member_required
def quarantine_raw(request: MemberRequest, mailbox_id: int, quarantine_id: int) -> HttpResponse:
    """The letter as it came, to be saved: nothing of it was cleaned."""
    letter = get_quarantined_for(request.member, get_mailbox_for(request.member, mailbox_id), quarantine_id)
    return HttpResponse(
        read_raw(letter.raw_name),
        content_type="message/rfc822",
        headers={"Content-Disposition": f'attachment; filename="quarantine-{letter.pk}.eml"'},
    )


@require_POST
@member_required
def quarantine_retry(request: MemberRequest, mailbox_id: int, quarantine_id: int) -> HttpResponse:
    mailbox = get_managed_mailbox_for(request.member, mailbox_id)
    try:
        request_retry(get_quarantined_for(request.member, mailbox, quarantine_id))
    except WrongState as error:
        return refused(request, mailbox, error.message)
    return _done(request, mailbox, _("The letter is tried once more. It leaves this list when it could be read."))


@require_POST
@member_required
def fetch(request: MemberRequest, mailbox_id: int) -> HttpResponse:
    """A letter that stayed on the server because nobody in it had a card. Everyone who reads the mailbox may ask."""
    mailbox = get_mailbox_for(request.member, mailbox_id)
    place = get_left_out_for(mailbox, request.POST.get("folder", ""), request.POST.get("uid", ""))
    try:
        request_fetch(place)
    except WrongState as error:
        return refused(request, mailbox, error.message)
    return _done(request, mailbox, _("The letter is fetched in the background."))


def _done(request: MemberRequest, mailbox: Mailbox, words: str) -> HttpResponse:
    """What shows this mailbox asks for itself again, as after news from the server."""
    if request.htmx:
        return trigger_client_event(toast(HttpResponse(status=HTTPStatus.NO_CONTENT), words), "live-mailbox", {})
    messages.success(request, words)
    return redirect("mailbox_status", mailbox_id=mailbox.pk)


def _facts(request: MemberRequest, mailbox: Mailbox) -> dict[str, Any]:
    letters = QuarantinedLetter.objects.filter(mailbox=mailbox).select_related("entry__folder")
    quarantine = page_by_time(letters, request.GET.get("page", ""), size=QUARANTINE_PAGE, field="received_at")
    if quarantine.rows:
        note_reading(request.member, [mailbox])
    return {
        "mailbox": mailbox,
        "health": health_of(mailbox),
        "can_manage": can_manage(request.member, mailbox),
        "is_status": True,
        "ledger": ledger_lines(mailbox),
        "quarantine": quarantine,
        "quarantine_count": letters.count(),
    }
