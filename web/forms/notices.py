"""Which notices people want, and where: the bell, their own address, or neither."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.http import QueryDict
from django.utils.functional import Promise

from accounts.members import ProfileChanges
from accounts.models import Membership
from accounts.notices import KINDS
from web.notice_kinds import GROUPS

BELL, MAIL = "bell", "mail"  # names of the boxes; the value of each is its kind


@dataclass(frozen=True, slots=True)
class KindRow:
    kind: str
    label: str | Promise
    is_at_bell: bool
    is_mailed: bool


@dataclass(frozen=True, slots=True)
class KindGroup:
    label: str | Promise
    rows: tuple[KindRow, ...]


def groups_of(member: Membership) -> Iterator[KindGroup]:
    """What the member chose, for the table."""
    for label, kinds in GROUPS:
        rows = (
            KindRow(kind, words, kind not in member.notices_off, kind in member.notices_mailed)
            for kind, words in kinds.items()
        )
        yield KindGroup(label, tuple(rows))


def chosen(posted: QueryDict, *, can_mail: bool) -> ProfileChanges:
    """What is not ticked is switched off. Where no mail can be sent, nothing was asked about it."""
    at_bell, mailed = posted.getlist(BELL), posted.getlist(MAIL)
    return ProfileChanges(
        notices_off=[kind for kind in KINDS if kind not in at_bell],
        notices_mailed=[kind for kind in KINDS if kind in mailed] if can_mail else None,
    )
