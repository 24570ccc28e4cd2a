"""Connecting a mailbox by signing in at its provider's page (K03): there, and back. The form is the second step of the
dialog (web.views.connect).

The browser leaves by a script or a link, never by the answer to a form: the content security policy lets forms lead to
this site only, redirects included.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from http import HTTPStatus

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST
from django_htmx.http import HttpResponseClientRedirect

from accounts.members import get_colleague
from mailboxes.access import get_managed_mailbox_for
from mailboxes.errors import ServersFailed, SettingRefused, SignInExpired, SignInFailed, TooManyTries
from mailboxes.models import Mailbox
from mailboxes.oauth import Attempt, browser_of, claim_attempt, finish_sign_in, start_reconnecting, start_sign_in
from mailboxes.oauth_clients import offered_provider
from web.forms.oauth import SignInForm
from web.members import MemberRequest, member_required
from web.server_reports import Report, report_of
from web.sign_in_ways import way_at, way_of
from web.sudo import fresh_sign_in
from web.views.connect import AUTO_ID, owner_asked_for


@dataclass(frozen=True)
class Refusal:
    """Why it did not work; `report` when the mail servers said so."""

    words: str = ""
    report: Report | None = None


@require_POST
@member_required
def start(request: MemberRequest) -> HttpResponse:
    """For a new mailbox, off to the provider."""
    form = SignInForm(request.POST, member=request.member, owner=owner_asked_for(request), auto_id=AUTO_ID)
    if not form.is_valid():
        return _show_form(request, form)
    try:
        url = start_sign_in(request.member, form.request(), browser=browser_of(request.session))
    except SettingRefused as error:
        form.refuse(error)
    except TooManyTries as error:
        form.add_error(None, error.message)
    else:
        return _leave(request, form.cleaned_data["provider"], url)
    return _show_form(request, form)


@require_POST
@member_required
@fresh_sign_in
def reconnect(request: MemberRequest, mailbox_id: int) -> HttpResponse:
    """For a mailbox that is connected, or was: what is imported stays."""
    provider = request.POST.get("provider", "")
    try:
        url = start_reconnecting(request.member, mailbox_id, provider, browser=browser_of(request.session))
    except (SettingRefused, TooManyTries) as error:
        mailbox = get_managed_mailbox_for(request.member, mailbox_id)
        return _show_reconnect(request, mailbox, Refusal(error.message))
    return _leave(request, provider, url)


@require_GET
@member_required
def callback(request: MemberRequest) -> HttpResponse:
    """Back from the provider. What it sends is good once."""
    state, code = request.GET.get("state", ""), request.GET.get("code", "")
    try:
        attempt = claim_attempt(request.member, state=state, browser=browser_of(request.session))
    except SignInExpired:
        return render(request, "settings/oauth_expired.html", status=HTTPStatus.BAD_REQUEST)
    if not code:
        return _show_attempt(request, attempt, Refusal(_refused_words(request.GET.get("error", ""))))
    try:
        mailbox = finish_sign_in(request.member, attempt, code)
    except (SignInFailed, SettingRefused, TooManyTries) as error:
        return _show_attempt(request, attempt, Refusal(error.message))
    except ServersFailed as failure:
        report = replace(report_of(failure.report), can_send_only=False)  # that would need the sign-in once more
        return _show_attempt(request, attempt, Refusal(report=report))
    return _connected(request, mailbox)


def _refused_words(error: str) -> str:
    if error == "access_denied":
        return _("You did not allow it, so nothing was connected. Try again, or connect the mailbox with a password.")
    return _("The provider broke the sign-in off. Try again in a few minutes.")


def _connected(request: MemberRequest, mailbox: Mailbox) -> HttpResponse:
    """One that was connected for somebody else is theirs: its page is not the administrator's."""
    messages.success(request, _("%(address)s is connected.") % {"address": mailbox.address})
    is_managed = Mailbox.objects.managed_by(request.member).filter(pk=mailbox.pk).exists()
    return redirect("mailbox", mailbox_id=mailbox.pk) if is_managed else redirect("mailboxes")


def _leave(request: MemberRequest, provider: str, url: str) -> HttpResponse:
    if request.htmx:
        return HttpResponseClientRedirect(url)
    return render(request, "settings/oauth_leave.html", {"provider": offered_provider(provider), "url": url})


def _show_attempt(request: MemberRequest, attempt: Attempt, refusal: Refusal) -> HttpResponse:
    """The form from which it can be tried again, with all that was chosen."""
    if attempt.mailbox:  # whose it is may have changed meanwhile
        return _show_reconnect(request, get_managed_mailbox_for(request.member, attempt.mailbox.pk), refusal)
    chosen = attempt.request
    owner = get_colleague(chosen.owner_id) if chosen.owner_id else None
    initial = {name: getattr(chosen, name) for name in SignInForm.base_fields}
    form = SignInForm(initial=initial, member=request.member, owner=owner, auto_id=AUTO_ID)
    return _show_form(request, form, refusal)


def _show_form(request: MemberRequest, form: SignInForm, refusal: Refusal | None = None) -> HttpResponse:
    way = way_at(form["provider"].value() or "")
    return _show(request, {"form": form, "owner": form.owner, "way": way, "refusal": refusal})


def _show_reconnect(request: MemberRequest, mailbox: Mailbox, refusal: Refusal) -> HttpResponse:
    return _show(request, {"mailbox": mailbox, "way": way_of(mailbox), "refusal": refusal})


def _show(request: MemberRequest, facts: dict[str, object]) -> HttpResponse:
    template = "settings/parts/connect_provider.html" if request.htmx else "settings/oauth.html"
    return render(request, template, facts, status=HTTPStatus.UNPROCESSABLE_ENTITY)
