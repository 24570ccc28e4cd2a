"""Notices: what one member should know. One row a member, words made when shown: at the bell, and by mail if they want.

Each kind can be switched off at the bell, and switched on by mail, by everybody for themselves. A notice that is mailed
waits a little, so that all that one letter brings about goes in one mail (accounts.notice_mail).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import timedelta

from django.conf import settings
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import live
from accounts.errors import SettingRefused
from accounts.models import Membership, Notice

# Whatever room sends them: what people may choose about. Their words are in web.notice_words and web.notice_kinds.
KINDS = (
    "customer.assigned",
    "mail.arrived",
    "task.given",
    "task.due",
    "mail.failed",
    "mail.some_refused",
    "mail.bounced",
    "mail.unknown",
    "message.restored",
    "mailbox.needs_login",
    "mailbox.daily_warning",
    "mailbox.daily_limit",
    "mailbox.provider_limit",
    "mailing.paused",
    "mailbox.connected_for_you",
    "mailbox.made_personal",
    "mailbox.made_shared",
    "mailbox.taken_away",
    "mailbox.disconnected",
    "mailbox.mail_deleted",
    "account.exported",
    "contact.erased",
)
GATHERED = timedelta(seconds=30)  # so long a notice waits for others that go in the same mail
UNMAILED = ("console", "dummy")  # what these backends are given reaches nobody


def notify(members: Iterable[Membership], kind: str, **facts: str | int) -> None:
    """Tell these members, in the caller's transaction, in the ways they want."""
    due_at = timezone.now() + GATHERED
    rows = [
        Notice(membership=member, kind=kind, facts=facts, mail_due_at=due_at if _is_mailed(member, kind) else None)
        for member in members
        if kind not in member.notices_off or _is_mailed(member, kind)
    ]
    for notice in Notice.objects.bulk_create(rows):
        if kind not in notice.membership.notices_off:
            live.publish("notice", member_id=notice.membership_id)


def _is_mailed(member: Membership, kind: str) -> bool:
    return kind in member.notices_mailed and can_mail()


def can_mail() -> bool:
    """Whether this installation has a way to send mail of its own (EMAIL_URL)."""
    return not any(f".{name}." in settings.EMAIL_BACKEND for name in UNMAILED)


def notices_of(member: Membership) -> QuerySet[Notice]:
    """What is shown at the bell: not the kinds that were switched off there, whenever they came."""
    return Notice.objects.filter(membership=member).exclude(kind__in=member.notices_off)


def check_kinds(field: str, kinds: Collection[str]) -> None:
    """Raises SettingRefused."""
    if unknown := set(kinds).difference(KINDS):
        raise SettingRefused(field, _("There is no kind of notice called “%(kind)s”.") % {"kind": min(unknown)[:100]})
