"""A mailing as each of its recipients would get it, a test of it to oneself, and what is said before it starts."""

from __future__ import annotations

from http import HTTPStatus

from django.http import HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_GET, require_POST

from letter_templates.errors import TemplateRefused
from mailboxes import limits
from mailboxes.errors import TooManyTries
from outbox.errors import LetterRefused
from outbox.mailing_access import get_mailing_for
from outbox.mailing_checks import check_mailing
from outbox.mailings import preview_for, recipient_at, send_test
from outbox.models import Mailing, MailingRecipient
from web.composed_page import POLICY, preview_page, refused_page
from web.forms.mailings import MailingForm
from web.mail_address import whole_number
from web.members import MemberRequest, member_required
from web.toasts import toast
from web.typed import typed_text
from web.views.mailings import check_facts

SUGGESTIONS = 6


@require_POST
@member_required
@xframe_options_sameorigin
def preview(request: MemberRequest, mailing_id: int) -> HttpResponse:
    """Posted into the frame: what is typed. Nothing is saved."""
    try:
        limits.check(request.member, "preview")
        page, status = _page(request, get_mailing_for(request.member, mailing_id)), HTTPStatus.OK
    except (TooManyTries, LetterRefused, TemplateRefused) as error:
        page, status = refused_page(error.message), HTTPStatus.UNPROCESSABLE_ENTITY
    response = HttpResponse(page, status=status)
    response["Content-Security-Policy"] = POLICY
    return response


def _page(request: MemberRequest, mailing: Mailing) -> str:
    number = _number(request)
    form = MailingForm(request.POST, member=request.member, mailing=mailing)
    typed = form.values() if form.is_valid() else None
    shown = preview_for(request.member, mailing.pk, number, typed)
    return preview_page(request.member, shown, request.POST.get("theme", ""), above=_steps(mailing, number))


def _steps(mailing: Mailing, number: int) -> str:
    """To the person before, and to the next."""
    last = max(0, mailing.recipient_count - 1)
    facts = {
        "recipient": recipient_at(mailing, number),
        "number": number + 1,
        "count": mailing.recipient_count,
        "before": number - 1 if number else None,
        "after": number + 1 if number < last else None,
    }
    return render_to_string("settings/mailer/letters/preview_steps.html", facts)


def _number(request: MemberRequest) -> int:
    """ "recipient:5"; nothing: the first one."""
    return whole_number(request.POST.get("card", "").removeprefix("recipient:")) or 0


@require_GET
@member_required
def people(request: MemberRequest, mailing_id: int) -> HttpResponse:
    """Recipients whose name or address begins so, with their places in the list."""
    mailing, typed = get_mailing_for(request.member, mailing_id), typed_text(request.GET, "card_find")
    getting = mailing.recipients.exclude(state=MailingRecipient.State.SKIPPED)
    found = list(getting.filter(name__istartswith=typed).order_by("id")[:SUGGESTIONS]) if typed else []
    lines = [(getting.filter(pk__lt=one.pk).count(), one) for one in found]
    return render(request, "settings/mailer/letters/preview_people.html", {"lines": lines, "typed": typed})


@require_POST
@member_required
def test(request: MemberRequest, mailing_id: int) -> HttpResponse:
    """What is saved, to the member's own address."""
    try:
        limits.check(request.member, "preview")
        send_test(request.member, mailing_id, _number(request))
    except (TooManyTries, LetterRefused, TemplateRefused) as error:
        return toast(HttpResponse(), error.message, tone="bad")
    return toast(HttpResponse(), _("A test goes to %(address)s.") % {"address": request.member.user.email})


@require_GET
@member_required
def checks(request: MemberRequest, mailing_id: int) -> HttpResponse:
    """Takes as long as the DNS does: the dialog asks for it."""
    mailing = get_mailing_for(request.member, mailing_id)
    try:
        limits.check(request.member, "preview")
        found = check_mailing(request.member, mailing)
    except TooManyTries as error:
        return toast(HttpResponse(), error.message, tone="bad")
    return render(request, "settings/mailer/letters/mailing_checks.html", check_facts(mailing, found))
