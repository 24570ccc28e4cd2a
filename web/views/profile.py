"""Settings, Profile; and what is chosen in passing from the menu at one's own picture."""

from __future__ import annotations

from http import HTTPStatus

from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import translation
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.errors import SettingRefused
from accounts.members import ProfileChanges, change_profile
from accounts.middleware import SESSION_KEY
from accounts.models import Membership
from accounts.notices import can_mail
from accounts.tenancy import every_account
from web.forms.notices import chosen, groups_of
from web.forms.people import ProfileForm
from web.members import MemberRequest, member_required
from web.views.image_senders import page_of_senders


@require_http_methods(["GET", "POST"])
@member_required
def profile(request: MemberRequest) -> HttpResponse:
    form = ProfileForm(request.POST or None, initial=_stored(request.member))
    if request.method == "POST" and form.is_valid():
        changed = change_profile(request.member, form.changes())
        with translation.override(changed.user.language):  # said in the language just chosen
            messages.success(request, _("Saved."))
        return redirect("profile")
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    facts = {
        "form": form,
        "has_second_factor": is_mfa_enabled(request.user),
        "senders": page_of_senders(request.member),
        "notice_groups": list(groups_of(request.member)),
        "can_mail_notices": can_mail(),
    }
    return render(request, "settings/profile.html", facts, status=status)


@require_POST
@member_required
def notices(request: MemberRequest) -> HttpResponse:
    """Which kinds ring the bell, and which come by mail."""
    change_profile(request.member, chosen(request.POST, can_mail=can_mail()))
    messages.success(request, _("Saved."))
    return redirect(reverse("profile") + "#notices")


def _stored(member: Membership) -> dict[str, str | int | bool]:
    user = member.user
    return {
        "name": user.name,
        "language": user.language,
        "timezone": user.timezone,
        "theme": user.theme,
        "undo_seconds": settings.UNDO_SECONDS if member.undo_seconds is None else member.undo_seconds,
        "has_shortcuts": user.has_shortcuts,
        "signature": member.signature,
    }


@require_POST
@member_required
def set_availability(request: MemberRequest) -> HttpResponse:
    """G11: own availability, two clicks from anywhere."""
    try:
        member = change_profile(request.member, ProfileChanges(availability=request.POST.get("availability", "")))
    except SettingRefused:
        return HttpResponse(status=HTTPStatus.BAD_REQUEST)
    if request.htmx:
        return render(request, "parts/availability.html", {"member": member, "is_answer": True})
    return redirect(_came_from(request))


@require_POST
@member_required
def switch_account(request: MemberRequest) -> HttpResponse:
    """To another account of the same person. What was open belongs to the old one, so the way leads home."""
    chosen = request.POST.get("account", "")
    with every_account("account switch"):
        mine = Membership.objects.filter(user=request.member.user_id, is_active=True).values_list(
            "account_id", flat=True
        )
        known = {str(account_id): account_id for account_id in mine}
    if chosen not in known:
        raise Http404
    request.session[SESSION_KEY] = known[chosen]
    return redirect("/")


def _came_from(request: MemberRequest) -> str:
    referer = request.headers.get("Referer", "")
    is_ours = url_has_allowed_host_and_scheme(referer, {request.get_host()}, require_https=request.is_secure())
    return referer if is_ours else "/"
