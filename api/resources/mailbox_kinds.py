"""`mailboxes/{id}/`, `kind` and `owner`: personal to shared and back (K25)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request

from accounts.models import ApiToken, Membership
from api.permissions import granted_scopes
from mailboxes.kinds import change_kind, check_kind, find_owner, is_as_it_is
from mailboxes.models import Mailbox


@dataclass(frozen=True, slots=True)
class WantedKind:
    """What a request wants the mailbox to be."""

    kind: str
    owner: Membership | None


def wanted_kind(request: Request, member: Membership, mailbox: Mailbox, data: Mapping[str, Any]) -> WantedKind | None:
    """None when it says nothing of it, or wants what is. Raises before anything is changed, as `change_kind` does."""
    if not {"kind", "owner_id"} & data.keys():
        return None
    kind = data.get("kind", mailbox.kind)
    stays = mailbox.owner_id if kind == mailbox.kind else None
    owner_id = data.get("owner_id", stays)
    owner = find_owner(owner_id) if owner_id is not None else None
    if is_as_it_is(mailbox, kind, owner):
        return None
    if ApiToken.Scope.ADMIN not in granted_scopes(request):  # it gives and takes rights
        raise PermissionDenied(_("Changing the kind or the owner of a mailbox needs the scope “admin”."))
    check_kind(member, mailbox, kind, owner)
    return WantedKind(kind, owner)


def apply_kind(member: Membership, mailbox: Mailbox, wanted: WantedKind | None) -> Mailbox:
    """The last of all changes: with it the asker may lose sight of the mailbox."""
    return change_kind(member, mailbox.pk, wanted.kind, wanted.owner) if wanted else mailbox
