"""The page behind an invitation link: it makes one person a member."""

from __future__ import annotations

from http import HTTPStatus

from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from accounts.errors import AddressTaken, InvitationInvalid
from accounts.middleware import SESSION_KEY
from accounts.models import Invitation, Membership, User
from accounts.services import accept_invitation, find_invitation
from web.forms.people import JoinForm

BACKEND = "accounts.backends.MemberBackend"


@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def invitation(request: HttpRequest, secret: str) -> HttpResponse:
    try:
        found = find_invitation(secret)
        if _is_invited(request, found):
            return _join_as_known(request, secret, found)
        if request.user.is_authenticated:  # whoever tries the link he has just made must not become the invited one
            return render(request, "invitation/other_person.html", {"invitation": found}, status=HTTPStatus.FORBIDDEN)
        if User.objects.filter(email=found.email).exists():  # who proves the address by signing in, and comes back
            return redirect_to_login(request.get_full_path())
        return _join_as_new(request, secret, found)
    except InvitationInvalid:
        return render(request, "invitation/invalid.html", status=HTTPStatus.NOT_FOUND)


def _is_invited(request: HttpRequest, found: Invitation) -> bool:
    return isinstance(request.user, User) and request.user.email == found.email


def _join_as_known(request: HttpRequest, secret: str, found: Invitation) -> HttpResponse:
    """One click: a link that is only looked at must not join anybody."""
    if request.method == "POST" and isinstance(request.user, User):
        return _enter(request, accept_invitation(secret, user=request.user))
    return render(request, "invitation/join.html", {"invitation": found})


def _join_as_new(request: HttpRequest, secret: str, found: Invitation) -> HttpResponse:
    form = JoinForm(request.POST or None, email=found.email, initial={"name": found.name})
    if request.method == "POST" and form.is_valid():
        try:
            member = accept_invitation(secret, name=form.cleaned_data["name"], password=form.cleaned_data["password"])
        except AddressTaken:  # joined in another window meanwhile
            return redirect_to_login(request.get_full_path())
        login(request, member.user, backend=BACKEND)
        return _enter(request, member)
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    return render(request, "invitation/new.html", {"invitation": found, "form": form}, status=status)


def _enter(request: HttpRequest, member: Membership) -> HttpResponse:
    request.session[SESSION_KEY] = member.account_id
    messages.success(request, _("Welcome! You have joined the account."))
    return redirect("/")
