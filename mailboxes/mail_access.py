"""The "Mail" tick of Settings, Users, and its narrowing to chosen shared mailboxes (K21)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from accounts import live
from accounts.audit import record
from accounts.errors import NotAllowed
from accounts.members import RightsChanges, change_rights
from accounts.models import Membership
from mailboxes.errors import SettingRefused
from mailboxes.models import Mailbox, MailboxAccess
from mailboxes.policy import OF_ALL


@dataclass(frozen=True, slots=True)
class MailAccess:
    """Which shared mailboxes a member uses: every one, new ones too, or exactly these. Administrators need neither."""

    all: bool
    mailbox_ids: frozenset[int] = frozenset()


def get_mail_access(member: Membership) -> MailAccess:
    if member.mail_access_all:
        return MailAccess(all=True)
    rows = MailboxAccess.objects.filter(membership=member).values_list("mailbox_id", flat=True)
    return MailAccess(all=False, mailbox_ids=frozenset(rows))


@transaction.atomic
def set_mail_access(
    actor: Membership, member: Membership, *, all: bool | None = None, mailboxes: Collection[int] | None = None
) -> MailAccess:
    """`all` ticks every shared mailbox, `mailboxes` narrows to these; neither: nothing changes. all=False alone takes
    everything away. Raises NotAllowed, SettingRefused.
    """
    if not actor.is_admin:
        raise NotAllowed
    if all is None and mailboxes is None:
        return get_mail_access(member)
    wanted = _checked(all, mailboxes)
    now = Membership.objects.select_for_update().get(pk=member.pk)  # two administrators at once
    if wanted != get_mail_access(now):
        _write(actor, member, wanted)
    return wanted


def _checked(all: bool | None, mailboxes: Collection[int] | None) -> MailAccess:
    chosen = frozenset(mailboxes or ())
    if all and chosen:
        message = _("Choose either every shared mailbox or some of them.")
        raise SettingRefused("mail_access", message)
    if Mailbox.objects.filter(pk__in=chosen, kind__in=OF_ALL).count() != len(chosen):
        raise SettingRefused("mail_access", _("Choose from the shared mailboxes."))
    return MailAccess(all=bool(all), mailbox_ids=chosen)


def _write(actor: Membership, member: Membership, wanted: MailAccess) -> None:
    MailboxAccess.objects.filter(membership=member).delete()
    MailboxAccess.objects.bulk_create(
        MailboxAccess(membership=member, mailbox_id=mailbox_id) for mailbox_id in wanted.mailbox_ids
    )
    member.mail_access_all = wanted.all
    member.save(update_fields=["mail_access_all"])
    ids = " ".join(map(str, sorted(wanted.mailbox_ids)))
    record(actor, "user.mail_access_changed", target=member, all=wanted.all, mailboxes=ids)
    live.publish_rights()


@transaction.atomic
def change_user(
    actor: Membership,
    member: Membership,
    rights: RightsChanges,
    *,
    all: bool | None = None,
    mailboxes: Collection[int] | None = None,
) -> Membership:
    """Role, whether they may come in, and which mail they use: all of it or nothing. Raises as its two parts do."""
    change_rights(actor, member, rights)
    set_mail_access(actor, member, all=all, mailboxes=mailboxes)
    return member
