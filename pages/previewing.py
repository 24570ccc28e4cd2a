"""A page as a client would see it, before it is saved. Nothing is written, and nothing counts as a visit."""

from __future__ import annotations

from dataclasses import dataclass, replace

from accounts.models import Membership
from crm.models import Card
from pages import words
from pages.access import check_mailer
from pages.models import PageLink
from pages.rendering import document_of, fill_in
from pages.requests import PageFields, checked_fields, fields_of


@dataclass(frozen=True, slots=True)
class PagePreview:
    """`html` is the whole document, to be shown in a frame without scripts. `empty_fields` have no value."""

    header: str
    html: str
    empty_fields: tuple[str, ...]


def preview_page(member: Membership, fields: PageFields, card: Card | None) -> PagePreview:
    """Of a page as it is typed. Its counters do not run. Raises NotAllowed, ValueRefused, PartRefused."""
    check_mailer(member)
    filled = fill_in(checked_fields(fields), card, member.account)
    shown = replace(filled, body=words.fill_in_preview(filled.body))
    return PagePreview(filled.header, document_of(shown, account=member.account), filled.empty_fields)


def look_at_page(member: Membership, link: PageLink) -> PagePreview:
    """The page of a card, for our own people. Raises NotAllowed, ValueRefused, PartRefused."""
    return preview_page(member, fields_of(link.page), link.card)
