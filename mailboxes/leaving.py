"""When a user leaves: what becomes of each of their personal mailboxes is asked, and done with the deactivation.

An administrator decides although he does not see the mail: to stop it, to keep it or to delete it. Handing it over lets
a colleague read it; that needs the consent of the owner, who gave it by sharing the mailbox with the administrators.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.errors import NotAllowed
from accounts.members import RightsChanges, change_rights, lock_administrators
from accounts.models import Membership
from mailboxes.disconnecting import Emails, check_confirmation, disconnect_now, pause_now
from mailboxes.errors import SettingRefused
from mailboxes.kinds import change_kind, find_owner
from mailboxes.models import Mailbox
from mailboxes.querysets import MailboxQuerySet


class Fate(StrEnum):
    """What becomes of a personal mailbox whose owner leaves."""

    PAUSE = "pause"  # the sign-in stays, nothing is fetched or sent
    DISCONNECT = "disconnect"  # the sign-in is deleted, the mail stays
    HAND_OVER = "hand_over"  # to a colleague
    DELETE = "delete"  # with all its mail


@dataclass(frozen=True, slots=True)
class Decision:
    """`owner_id`: who gets it, with HAND_OVER. `confirmation`: the address of the mailbox, with DELETE, where a person
    typed it.
    """

    fate: Fate
    owner_id: int | None = None
    confirmation: str | None = None


def list_personal(member: Membership) -> list[Mailbox]:
    """Those that somebody has to decide about. Address, state and owner are all that may be shown of them (G11)."""
    return list(_personal(member).order_by("address_key"))


def _personal(member: Membership) -> MailboxQuerySet:
    return Mailbox.objects.to_decide_about().filter(owner=member)


@transaction.atomic
def deactivate(actor: Membership, member: Membership, decisions: Mapping[int, Decision]) -> Membership:
    """`decisions` by the number of the mailbox; one without a decision is paused, which loses nothing.

    Raises NotAllowed, LastAdministrator, SettingRefused.
    """
    if not actor.is_admin:
        raise NotAllowed
    lock_administrators()  # first, as change_rights does: two who deactivate at once must not wait for each other
    mailboxes = {mailbox.pk: mailbox for mailbox in list_personal(member)}
    if set(decisions) - set(mailboxes):
        raise SettingRefused("mailboxes", _("This is not one of their personal mailboxes."))
    for mailbox_id, decision in decisions.items():
        _decide(actor, member, mailboxes[mailbox_id], decision)
    return change_rights(actor, member, RightsChanges(is_active=False))


def _decide(actor: Membership, member: Membership, mailbox: Mailbox, decision: Decision) -> None:
    if decision.fate == Fate.PAUSE:
        return  # as all that are left when the member is deactivated
    if decision.fate == Fate.HAND_OVER:
        _hand_over(actor, member, mailbox, decision)
    elif decision.fate == Fate.DELETE:
        check_confirmation(mailbox, decision.confirmation)
        disconnect_now(actor, mailbox, emails=Emails.DELETE)
    else:
        disconnect_now(actor, mailbox, emails=Emails.KEEP)


def _hand_over(actor: Membership, member: Membership, mailbox: Mailbox, decision: Decision) -> None:
    if not mailbox.shared_with_admins:
        message = _("%(address)s cannot be handed over: its owner has not shared it with the administrators.")
        raise SettingRefused("mailboxes", message % {"address": mailbox.address})
    owner = find_owner(decision.owner_id or 0)
    if owner.pk == member.pk:
        raise SettingRefused("owner", _("Choose a colleague who stays."))
    change_kind(actor, mailbox.pk, Mailbox.Kind.PERSONAL, owner)


def stop_mailboxes_of(actor: Membership, member: Membership) -> None:
    """However somebody was deactivated: nothing is fetched or sent with the sign-in of who is gone."""
    for mailbox in _personal(member).select_for_update():  # one that is being connected again is not passed over
        if not mailbox.is_stopped:
            pause_now(actor, mailbox)
