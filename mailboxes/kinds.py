"""Personal to shared and back (K25): whose mailbox it is. Access follows at once, because nobody keeps a list of it."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from accounts import live
from accounts.audit import record
from accounts.errors import NotAllowed
from accounts.models import Membership, Notice
from accounts.notices import notify
from mailboxes.access import lock_managed_mailbox_for
from mailboxes.errors import SettingRefused
from mailboxes.models import Mailbox, MailboxAccess
from mailboxes.policy import readers_of
from mailboxes.services import check_collecting_limit

Kind = Mailbox.Kind
# Notices. Their facts hold the address: who is told may be the one who cannot look it up any more.
MADE_PERSONAL = "mailbox.made_personal"  # to its new owner
MADE_SHARED = "mailbox.made_shared"  # to the owner it had
TAKEN_AWAY = "mailbox.taken_away"  # to all others who read it until now


@transaction.atomic
def change_kind(actor: Membership, mailbox_id: int | str, kind: str, owner: Membership | None = None) -> Mailbox:
    """To shared, or to personal of this owner; a personal one may get another owner so. The same again does nothing.

    Raises MailboxNotFound, NotAllowed, SettingRefused.
    """
    mailbox = lock_managed_mailbox_for(actor, mailbox_id)
    if not is_as_it_is(mailbox, kind, owner):
        check_kind(actor, mailbox, kind, owner)
        _change(actor, mailbox, kind, owner)
    return mailbox


def is_as_it_is(mailbox: Mailbox, kind: str, owner: Membership | None) -> bool:
    return mailbox.kind == kind and mailbox.owner_id == (owner.pk if owner else None)


def check_kind(actor: Membership, mailbox: Mailbox, kind: str, owner: Membership | None) -> None:
    """Whether this member, who manages the mailbox, may change it so.

    Who manages one has its consent: as its owner, or because its owner shares it with the administrators.
    """
    if not actor.is_admin:
        raise NotAllowed(_("Only administrators decide whether a mailbox is personal or shared."))
    if kind == Kind.SHARED:
        if owner is not None:
            raise SettingRefused("owner", _("A shared mailbox belongs to nobody alone. Leave the owner out."))
        if mailbox.can_receive and mailbox.state != Mailbox.State.DISCONNECTED:
            check_collecting_limit(actor.account)
    elif kind == Kind.PERSONAL:
        if owner is None or not list_owners().filter(pk=owner.pk).exists():
            raise SettingRefused("owner", _("Choose the active user whose mailbox it is to be."))
    else:
        raise SettingRefused("kind", _("Choose personal or shared."))


def find_owner(member_id: int) -> Membership:
    """Whom the id of a form or a request names as the owner. Raises SettingRefused."""
    owner = list_owners().filter(pk=member_id).first()
    if owner is None:
        raise SettingRefused("owner", _("Choose the active user whose mailbox it is to be."))
    return owner


def list_owners() -> QuerySet[Membership]:
    """Who may be named as the owner."""
    return Membership.objects.filter(is_active=True).select_related("user")


def _change(actor: Membership, mailbox: Mailbox, kind: str, owner: Membership | None) -> None:
    readers, former_owner = set(readers_of(mailbox)), mailbox.owner
    record(
        actor, "mailbox.kind_changed", target=mailbox, was=mailbox.kind, kind=kind,
        former_owner=former_owner.pk if former_owner else 0, owner=owner.pk if owner else 0,
    )  # fmt: skip
    mailbox.kind, mailbox.owner, mailbox.shared_with_admins = kind, owner, False
    mailbox.is_account_default = mailbox.is_account_default and kind == Kind.SHARED
    mailbox.save(update_fields=["kind", "owner", "shared_with_admins", "is_account_default"])
    MailboxAccess.objects.filter(mailbox=mailbox).delete()
    _cut_links(mailbox)
    lost = readers - set(readers_of(mailbox))
    _forget_notices(mailbox, lost)
    _tell(actor, mailbox, former_owner, lost)


def _cut_links(mailbox: Mailbox) -> None:
    """Nobody sends through a mailbox that is not theirs any more (R07)."""
    linked = Mailbox.objects.filter(Q(pk=mailbox.pk) | Q(outgoing_mailbox=mailbox), outgoing_mailbox__isnull=False)
    for each in linked.select_related("owner", "outgoing_mailbox"):
        able = Mailbox.objects.visible_to(each.owner) if each.owner else Mailbox.objects.filter(kind=Kind.SHARED)
        if each.outgoing_mailbox not in able:
            Mailbox.objects.filter(pk=each.pk).update(outgoing_mailbox=None)


def _forget_notices(mailbox: Mailbox, lost: Iterable[Membership]) -> None:
    """What happened in it is no news of theirs any more."""
    Notice.objects.filter(membership__in=lost, facts__mailbox=mailbox.pk).delete()


def _tell(actor: Membership, mailbox: Mailbox, former_owner: Membership | None, lost: Iterable[Membership]) -> None:
    """All whom it concerns except the actor, each once."""
    _redraw(mailbox, lost)
    told = {actor}
    is_shared = mailbox.kind == Kind.SHARED
    groups: list[tuple[str, Iterable[Membership | None]]] = [
        (MADE_PERSONAL, [mailbox.owner]),
        (MADE_SHARED, [former_owner] if is_shared else []),
        (TAKEN_AWAY, lost),
    ]
    for kind, members in groups:
        concerned = [member for member in members if member and member not in told]
        notify(concerned, kind, mailbox=mailbox.pk, address=mailbox.address)
        told.update(concerned)


def _redraw(mailbox: Mailbox, lost: Iterable[Membership]) -> None:
    """Open browsers of those who gained it and of those who lost it."""
    live.publish_rights()
    for news in ("mail", "mailbox"):
        live.publish(news, mailbox_id=mailbox.pk)
        for member in lost:
            live.publish(news, member_id=member.pk)
