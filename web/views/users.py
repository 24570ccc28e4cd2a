"""Settings, Users: who belongs to the account and what they may do. Administrators only."""

from __future__ import annotations

from http import HTTPStatus

from django.conf import settings
from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.availability import set_availability
from accounts.errors import AddressTaken, LastAdministrator, SettingRefused
from accounts.groups import set_groups_of
from accounts.members import RightsChanges, change_rights, get_colleague
from accounts.models import Membership
from accounts.services import INVITATION_DAYS, invite, list_invitations, withdraw_invitation
from mailboxes.errors import SettingRefused as MailboxRefused
from mailboxes.leaving import deactivate, list_personal
from mailboxes.mail_access import change_user
from mailboxes.models import Mailbox
from web.forms.users import InviteForm, LeavingForm, RightsForm
from web.mailbox_health import Health, health_of
from web.members import MemberRequest, administrator_required
from web.people_words import lines_of, presence_of
from web.sudo import fresh_sign_in

LAST_ADMINISTRATOR = gettext_lazy("This is the last active administrator. Make somebody else an administrator first.")


@require_GET
@administrator_required
def users(request: MemberRequest) -> HttpResponse:
    people = Membership.objects.select_related("user").prefetch_related("mail_access", "groups")
    facts = {
        "lines": lines_of(people.order_by("-is_active", "user__name", "id")),
        "invitations": list_invitations(request.member).order_by("id"),
    }
    return render(request, "settings/users.html", facts)


@require_http_methods(["GET", "POST"])
@administrator_required
@fresh_sign_in(on_get=False)
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


@require_POST
@administrator_required
@fresh_sign_in
def withdraw(request: MemberRequest, invitation_id: int) -> HttpResponse:
    withdraw_invitation(request.member, invitation_id)
    messages.success(request, _("Withdrawn. The link no longer works."))
    return redirect("users")


@require_http_methods(["GET", "POST"])
@administrator_required
@fresh_sign_in(on_get=False)
def user(request: MemberRequest, member_id: int) -> HttpResponse:
    person = get_colleague(member_id)
    form = RightsForm(request.POST or None, person=person)
    if request.method == "POST" and form.is_valid():
        try:
            _save_rights(request.member, person, form)
        except LastAdministrator:
            form.add_error(None, LAST_ADMINISTRATOR)
        except (SettingRefused, MailboxRefused) as error:  # a mailbox or group has gone since the form was checked
            form.add_error(None, error.message)
        else:
            messages.success(request, _("Saved."))
            return redirect("users")
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    facts = {
        "form": form,
        "person": person,
        "presence": presence_of(person),
        "mailboxes": _mailboxes_of(person),
        "is_self": person.pk == request.member.pk,
    }
    return render(request, "settings/user.html", facts, status=status)


@transaction.atomic
def _save_rights(admin: Membership, person: Membership, form: RightsForm) -> None:
    access = form.mail_access()
    change_user(admin, person, form.rights(), all=access.all, mailboxes=access.mailbox_ids)
    set_groups_of(admin, person, form.group_ids())


@require_POST
@administrator_required
def availability(request: MemberRequest, member_id: int) -> HttpResponse:
    """Of somebody who went home and is still called free."""
    try:
        person = set_availability(request.member, get_colleague(member_id), request.POST.get("availability", ""))
    except SettingRefused:
        return HttpResponse(status=HTTPStatus.BAD_REQUEST)
    messages.success(request, _("%(name)s: %(availability)s.") % _words(person))
    return redirect("user", member_id=person.pk)


def _words(person: Membership) -> dict[str, str]:
    return {"name": person.name, "availability": str(Membership.Availability(person.availability).label)}


@require_http_methods(["GET", "POST"])
@administrator_required
@fresh_sign_in(on_get=False)
def leave(request: MemberRequest, member_id: int) -> HttpResponse:
    """Deactivates somebody, and asks what becomes of each of their mailboxes. Of somebody who has left already it asks
    again: a paused mailbox is nobody's to manage.
    """
    person = get_colleague(member_id)
    mailboxes = list_personal(person)
    if not person.is_active and not mailboxes:
        return redirect("user", member_id=person.pk)
    typed = request.POST if request.method == "POST" else None  # without mailboxes nothing is typed
    form = LeavingForm(typed, person=person, mailboxes=mailboxes)
    if form.is_valid():
        try:
            deactivate(request.member, person, form.decisions())
        except LastAdministrator:
            form.add_error(None, LAST_ADMINISTRATOR)
        except MailboxRefused as error:
            form.add_error(None, error.message)
        else:
            messages.success(request, _("%(name)s can no longer sign in.") % {"name": person.name})
            return redirect("users")
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    return render(request, "settings/leave.html", {"form": form, "person": person}, status=status)


@require_POST
@administrator_required
@fresh_sign_in
def activate(request: MemberRequest, member_id: int) -> HttpResponse:
    person = change_rights(request.member, get_colleague(member_id), RightsChanges(is_active=True))
    messages.success(request, _("%(name)s can sign in again.") % {"name": person.name})
    return redirect("user", member_id=person.pk)


def _mailboxes_of(person: Membership) -> list[tuple[str, Health]]:
    """Address and state, and nothing more: an administrator reads no personal mailbox by it (G11)."""
    rows = Mailbox.objects.filter(owner=person).order_by("address_key")
    return [(mailbox.address, health_of(mailbox)) for mailbox in rows]
