"""People in words: who is here, what they use."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.availability import label_of, now_of
from accounts.models import Membership

TONES = {"free": "good", "busy": "bad", "lunch": "warn", "break": "warn", "offline": ""}


@dataclass(frozen=True)
class Presence:
    """Whether somebody is here, in a dot and a word."""

    tone: str
    label: str


@dataclass(frozen=True)
class PersonLine:
    """A row of the users list. `mail`: which shared mailboxes; "" for none."""

    person: Membership
    presence: Presence
    mail: str
    groups: list[str]


def presence_of(member: Membership) -> Presence:
    availability = now_of(member)
    return Presence(TONES[availability], label_of(availability))


def lines_of(people: Iterable[Membership]) -> list[PersonLine]:
    """`people` with mail_access and groups prefetched."""
    return [
        PersonLine(person, presence_of(person), _mail_of(person), sorted(group.name for group in person.groups.all()))
        for person in people
    ]


def _mail_of(person: Membership) -> str:
    if person.is_admin or person.mail_access_all:
        return _("Mail")
    count = len(person.mail_access.all())
    return ngettext("Mail: %(count)s mailbox", "Mail: %(count)s mailboxes", count) % {"count": count} if count else ""
