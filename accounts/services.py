"""Accounts and their people: create, invite, join."""

from __future__ import annotations

import secrets
from datetime import timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from accounts.audit import record
from accounts.errors import AddressTaken, InvitationInvalid, NotAllowed, NotFound
from accounts.ids import row_number
from accounts.models import Account, Invitation, Membership, User
from accounts.signals import account_created
from accounts.slugs import take_slug
from accounts.tenancy import every_account, tenant
from accounts.tokens import digest_of

INVITATION_DAYS = 7


@transaction.atomic
def create_account(name: str, *, admin_email: str, admin_name: str = "", password: str | None = None) -> Membership:
    """An account with its first administrator; an existing user keeps name and password."""
    account = Account(name=name)
    take_slug(account, name)
    account.save()
    email = admin_email.strip().lower()
    user = User.objects.filter(email=email).first() or User.objects.create_user(
        email, password, name=admin_name or email.split("@")[0]
    )
    with tenant(account):
        member = Membership.objects.create(user=user, role=Membership.Role.ADMIN)
        account_created.send(Account, account=account)
    return member


@transaction.atomic
def invite(
    inviter: Membership,
    *,
    email: str,
    name: str = "",
    role: str = Membership.Role.USER,
    mail_access_all: bool = True,
    mailer_access: bool = False,
) -> tuple[Invitation, str]:
    """An invitation and the secret of its link."""
    if not inviter.is_admin:
        raise NotAllowed
    email = email.strip().lower()
    if Membership.objects.filter(user__email=email).exists():
        raise AddressTaken(email)
    secret = secrets.token_urlsafe(32)
    invitation = Invitation.objects.create(
        email=email,
        name=name.strip(),
        role=role,
        mail_access_all=mail_access_all,
        mailer_access=mailer_access,
        digest=digest_of(secret),
        invited_by=inviter,
        expires_at=timezone.now() + timedelta(days=INVITATION_DAYS),
    )
    record(inviter, "user.invited", target=invitation, role=role)
    return invitation, secret


def list_invitations(admin: Membership) -> QuerySet[Invitation]:
    """Those whose link still works. Raises NotAllowed."""
    if not admin.is_admin:
        raise NotAllowed
    return _open_invitations()


def _open_invitations() -> QuerySet[Invitation]:
    """Who is no administrator any more invites nobody: else a link that they kept would bring them back."""
    return Invitation.objects.filter(
        accepted_at__isnull=True,
        expires_at__gt=timezone.now(),
        invited_by__is_active=True,
        invited_by__role=Membership.Role.ADMIN,
    )


@transaction.atomic
def withdraw_invitation(admin: Membership, invitation_id: int | str) -> None:
    """Its link stops working at once. Raises NotAllowed, NotFound."""
    invitation = list_invitations(admin).filter(pk=row_number(invitation_id)).first()
    if invitation is None:
        raise NotFound
    record(admin, "user.invitation_withdrawn", target=invitation)
    invitation.delete()


def find_invitation(secret: str) -> Invitation:
    """The open invitation of this link. Raises InvitationInvalid."""
    with every_account("invitation link"):
        invitation = (
            _open_invitations().select_related("account", "invited_by__user").filter(digest=digest_of(secret)).first()
        )
    if invitation is None:
        raise InvitationInvalid
    return invitation


def _join(user: User, invitation: Invitation) -> Membership:
    return Membership.objects.create(
        user=user,
        role=invitation.role,
        mail_access_all=invitation.mail_access_all,
        mailer_access=invitation.mailer_access,
    )


@transaction.atomic
def accept_invitation(
    secret: str, *, name: str = "", password: str | None = None, user: User | None = None
) -> Membership:
    """Make the invited person a member: `user` when signed in with the invited address, else a new user."""
    invitation = find_invitation(secret)
    with tenant(invitation.account_id):
        # Compare-and-set: of two clicks on the same link only one joins.
        taken = Invitation.objects.filter(pk=invitation.pk, accepted_at__isnull=True).update(accepted_at=timezone.now())
        if not taken or (user is not None and user.email != invitation.email):
            raise InvitationInvalid
        if user is not None and Membership.objects.filter(user=user).exists():  # by another link
            raise InvitationInvalid
        if user is None:
            if User.objects.filter(email=invitation.email).exists():
                raise AddressTaken(invitation.email)
            account = invitation.account
            user = User.objects.create_user(
                invitation.email, password, name=name, language=account.language, timezone=account.timezone
            )
        member = _join(user, invitation)
        record(member, "user.joined", target=member, invitation=invitation.pk)
    return member
