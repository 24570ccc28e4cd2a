"""Settings, Users: who belongs to the account and what they may do. Administrators only."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from accounts.errors import AddressTaken, LastAdministrator, NotAllowed
from accounts.members import change_rights, get_colleague
from accounts.models import Invitation, Membership
from accounts.services import INVITATION_DAYS, invite
from mailboxes.models import Mailbox
from web.forms.people import InviteForm, RightsForm
from web.mailbox_health import Health, health_of
from web.members import MemberRequest, View, member_required


def administrator_required(view: Callable[..., HttpResponse]) -> View:
    """403 for other members."""

    @wraps(view)
    def guarded(request: MemberRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not request.member.is_admin:
            raise NotAllowed
        return view(request, *args, **kwargs)

    return member_required(guarded)


@require_GET
@administrator_required
def users(request: MemberRequest) -> HttpResponse:
    facts = {
        "people": Membership.objects.select_related("user").order_by("-is_active", "user__name", "id"),
        "invitations": Invitation.objects.filter(accepted_at__isnull=True, expires_at__gt=timezone.now()).order_by(
            "id"
        ),
    }
    return render(request, "settings/users.html", facts)


@require_http_methods(["GET", "POST"])
@administrator_required
def invite_user(request: MemberRequest) -> HttpResponse:
    """The link is shown once, in the answer: only its digest is stored."""
    form = InviteForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            invitation, secret = invite(request.member, **form.cleaned_data)
        except AddressTaken:
            form.add_error("email", _("Somebody with this address belongs to the account already."))
        else:
            link = settings.BASE_URL + reverse("invitation", args=[secret])
            facts = {"invitation": invitation, "link": link, "days": INVITATION_DAYS}
            return render(request, "settings/invited.html", facts, status=HTTPStatus.CREATED)
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    return render(request, "settings/invite.html", {"form": form}, status=status)


@require_http_methods(["GET", "POST"])
@administrator_required
def user(request: MemberRequest, member_id: int) -> HttpResponse:
    person = get_colleague(member_id)
    current = {name: getattr(person, name) for name in RightsForm.base_fields}
    form = RightsForm(request.POST or None, initial=current)
    if request.method == "POST" and form.is_valid():
        try:
            change_rights(request.member, person, form.changes())
        except LastAdministrator:
            form.add_error(None, _("This is the last active administrator. Make somebody else an administrator first."))
        else:
            messages.success(request, _("Saved."))
            return redirect("users")
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    facts = {"form": form, "person": person, "mailboxes": _mailboxes_of(person)}
    return render(request, "settings/user.html", facts, status=status)


def _mailboxes_of(person: Membership) -> list[tuple[str, Health]]:
    """Address and state, and nothing more: an administrator reads no personal mailbox by it (G11)."""
    rows = Mailbox.objects.filter(owner=person).order_by("address_key")
    return [(mailbox.address, health_of(mailbox)) for mailbox in rows]
