"""Who may do what with which mailbox (K20-K25, G11). The one module that knows; every list, count and look-up asks it.

Answers are conditions, so one row, a page of rows and a number are asked for alike:

| right     | personal                                               | shared                                      |
|-----------|--------------------------------------------------------|---------------------------------------------|
| see, send | its owner; administrators while he shares it with them | administrators, and members whom the tick,  |
|           |                                                        | or its narrowing, gives the mailbox         |
| manage    | the same                                               | administrators                              |

That of the smart addresses, `system`, is seen like a shared one; nobody sends from it or manages it (K40, K47).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Q, QuerySet

from accounts.models import Membership

if TYPE_CHECKING:
    from mailboxes.models import Mailbox

NONE = Q(pk__in=())
OF_ALL = ("shared", "system")  # kinds that belong to nobody alone


def may_see(member: Membership) -> Q:
    """The mailboxes whose mail this member reads; nobody reads what is being deleted (K64)."""
    if not member.is_active:
        return NONE
    return _is_theirs_to_read(member) & ~Q(state="removing")


def _is_theirs_to_read(member: Membership) -> Q:
    seen = Q(kind="personal", owner=member)
    if member.is_admin:
        return seen | seen_by_administrators()
    if member.mail_access_all:
        return seen | Q(kind__in=OF_ALL)
    return seen | Q(kind__in=OF_ALL, pk__in=member.mail_access.values("mailbox"))  # the tick is narrowed to these


def may_send_from(member: Membership) -> Q:
    """Those that a new letter of this member can leave from: not one that is disconnected, its sign-in is gone."""
    return may_see(member) & ~Q(state="disconnected") & ~Q(kind="system")


def may_manage(member: Membership) -> Q:
    """Those whose settings and kind this member changes, and that he disconnects and connects again."""
    if not member.is_active:
        return NONE
    managed = Q(kind="personal", owner=member)
    if member.is_admin:
        managed |= Q(kind="shared") | Q(kind="personal", shared_with_admins=True)
    return managed


def seen_by_administrators() -> Q:
    """The mailboxes that every administrator reads: of all others no number may be told to them (K23)."""
    return Q(kind__in=OF_ALL) | Q(kind="personal", shared_with_admins=True)


def readers_of(mailbox: Mailbox) -> QuerySet[Membership]:
    """`may_see` from the other side: the members who read this mailbox."""
    if mailbox.kind in OF_ALL:
        readers = Q(role=Membership.Role.ADMIN) | Q(mail_access_all=True) | Q(mail_access__mailbox=mailbox)
    else:
        readers = Q(pk=mailbox.owner_id)
        if mailbox.shared_with_admins:
            readers |= Q(role=Membership.Role.ADMIN)
    chosen = Membership.objects.filter(readers, is_active=True).values("pk")  # once each, whatever was joined
    return Membership.objects.filter(pk__in=chosen)
