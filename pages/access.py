"""Who gets a page: members with the Mailer read them and make links, administrators write them."""

from __future__ import annotations

from django.utils.translation import gettext as _

from accounts.errors import NotAllowed
from accounts.ids import row_number
from accounts.mailer import may_use_mailer
from accounts.models import Membership
from pages.errors import PageNotFound
from pages.models import Page, PageLink


def check_mailer(member: Membership) -> None:
    """Raises NotAllowed."""
    if not member.is_active or not may_use_mailer(member):
        raise NotAllowed(_("Pages are for users of the Mailer. An administrator can let you use it."))


def check_admin(member: Membership) -> None:
    """Raises NotAllowed."""
    if not member.is_admin:
        raise NotAllowed(_("Only administrators change pages."))


def get_page_for(member: Membership, page_id: int | str) -> Page:
    """Raises NotAllowed, PageNotFound."""
    check_mailer(member)
    page = Page.objects.filter(pk=row_number(page_id)).first()
    if page is None:
        raise PageNotFound
    return page


def get_page_link_for(member: Membership, link_id: int | str) -> PageLink:
    """Raises NotAllowed, PageNotFound."""
    check_mailer(member)
    link = PageLink.objects.select_related("page", "tracked").filter(pk=row_number(link_id)).first()
    if link is None:
        raise PageNotFound
    return link
