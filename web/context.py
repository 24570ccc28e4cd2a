"""What every page needs around its content: made when a template asks for it, so that fragments ask for nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accounts.models import Membership, User
from web.addresses import url
from web.counts import counts_for

SECTIONS = ("/mail/", "/contacts/", "/leads/", "/tasks/", "/customers/", "/settings/")
THEME_ICONS = {"system": "monitor", "light": "sun", "dark": "moon"}


@dataclass(frozen=True)
class RailItem:
    """A section of the product, in the rail and in the tab bar of the phone."""

    label: str
    icon: str
    href: str
    is_current: bool
    counts_unread: bool = False
    counts_tasks: bool = False
    is_on_phones: bool = True  # five fit into the tab bar, with "You"; others are linked from a neighbor


@dataclass(frozen=True)
class ThemeChoice:
    value: str
    label: str
    icon: str
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class FrameMember:
    """Who looks at the page."""

    pk: int | None
    account_id: int | None
    name: str
    email: str
    availability: str
    has_shortcuts: bool


@dataclass(frozen=True, slots=True)
class Frame:
    """All that the frame of a page shows. A value: what is drawn of equal ones is equal (web.mail_screen)."""

    language: str
    section: str  # of the rail: one of SECTIONS
    theme: str = User.Theme.SYSTEM
    member: FrameMember | None = None  # before sign-in
    accounts: tuple[tuple[int | None, str], ...] = ()  # id and name; empty when there is only one to be in
    unread_count: int = 0
    due_tasks: int = 0  # their own that are overdue or for today
    unread_notices: int = 0
    events_url: str = ""
    support_email: str = ""

    @property
    def themes(self) -> tuple[ThemeChoice, ...]:
        return _themes(self.theme, self.language)

    @property
    def items(self) -> tuple[RailItem, ...]:
        return rail_items(self.section, self.language) if self.member else ()


def frame_of(request: HttpRequest) -> Frame:
    language = get_language() or settings.LANGUAGE_CODE
    section = next((under for under in SECTIONS if request.path.startswith(under)), "")
    member: Membership | None = getattr(request, "member", None)
    if member is None:
        return Frame(language, section)
    user, counts = member.user, counts_for(request)
    return Frame(
        language,
        section,
        theme=user.theme,
        member=FrameMember(
            member.pk, member.account_id, member.name, user.email, member.availability, user.has_shortcuts
        ),
        accounts=_accounts(request.memberships),  # type: ignore[attr-defined]  # by accounts.middleware
        unread_count=counts.all_unread,
        due_tasks=counts.tasks,
        unread_notices=counts.notices,
        events_url=f"{settings.EVENTS_URL}/events/",
        support_email=settings.SUPPORT_EMAIL,
    )


def _accounts(memberships: Sequence[Membership]) -> tuple[tuple[int | None, str], ...]:
    if len(memberships) < 2:
        return ()
    return tuple((mine.account_id, mine.account.name) for mine in sorted(memberships, key=lambda one: one.account.name))


@lru_cache(maxsize=64)
def rail_items(section: str, _language: str) -> tuple[RailItem, ...]:
    def item(label: str, icon: str, href: str, *, under: str, **marks: bool) -> RailItem:
        return RailItem(label, icon, href, section == under, **marks)

    return (
        item(_("Mail"), "inbox", url("mail_folder", "inbox"), under="/mail/", counts_unread=True),
        item(_("Contacts"), "users", url("contacts"), under="/contacts/"),
        item(_("Leads"), "kanban", url("lead_board"), under="/leads/"),
        item(_("Tasks"), "circle-check", url("tasks"), under="/tasks/", counts_tasks=True),
        item(_("Customers"), "shopping-bag", url("customers"), under="/customers/", is_on_phones=False),
        item(_("Settings"), "settings", url("mailboxes"), under="/settings/", is_on_phones=False),
    )


@lru_cache(maxsize=64)
def _themes(chosen: str, _language: str) -> tuple[ThemeChoice, ...]:
    return tuple(ThemeChoice(name, str(label), THEME_ICONS[name], name == chosen) for name, label in User.Theme.choices)


def shell(request: HttpRequest) -> dict[str, Any]:
    """`shell` in every template: the Frame, made when something asks for it."""
    return {"shell": SimpleLazyObject(partial(frame_of, request))}
