"""Questions about many templates."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.db.models import Q, QuerySet

if TYPE_CHECKING:
    from accounts.models import Membership
    from letter_templates.models import Template


class TemplateQuerySet(QuerySet["Template"]):
    def visible_to(self, member: Membership) -> Self:
        """Administrators see all, users their own and the public ones (M50)."""
        if not member.is_active:
            return self.none()
        return self if member.is_admin else self.filter(Q(owner=member) | Q(is_public=True))

    def editable_by(self, member: Membership) -> Self:
        """Administrators edit all, users their own (M50)."""
        if not member.is_active:
            return self.none()
        return self if member.is_admin else self.filter(owner=member)

    def for_list(self) -> Self:
        """With all that a row shows: no query per row."""
        return self.select_related("owner__user", "from_mailbox", "from_alias").prefetch_related("files")
