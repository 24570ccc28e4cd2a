"""The tabs of Settings, Mailer, as a member may open them. Their pages extend settings/mailer/layout.html."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.mailer import may_use_mailer
from accounts.models import Membership


@dataclass(frozen=True, slots=True)
class Tab:
    """`name` is that of its route; the pages below that address belong to it too."""

    label: str | Promise
    name: str
    is_open_to: Callable[[Membership], bool]
    beside: tuple[str, ...] = ()  # routes elsewhere whose pages belong to it as well

    def holds(self, path: str) -> bool:
        return any(path.startswith(reverse(name)) for name in (self.name, *self.beside))


@dataclass(frozen=True, slots=True)
class ShownTab:
    """A tab of the bar."""

    label: str | Promise
    href: str
    is_current: bool


def _everybody(_member: Membership) -> bool:
    """Templates are of plain letters too: they are there without the Mailer (M01)."""
    return True


def _administrators(member: Membership) -> bool:
    return member.is_admin


TABS = (
    Tab(_("Users"), "mailer_users", _administrators),
    Tab(_("Templates"), "templates", _everybody),
    Tab(_("Triggers and links"), "triggers", may_use_mailer),
    Tab(_("Web pages"), "web_pages", _administrators, ("subdomain_add",)),
    Tab(_("Letters"), "mailer_letters", may_use_mailer, ("mailings", "mailer_reports")),
)


def tabs_of(member: Membership, path: str = "") -> list[ShownTab]:
    return [ShownTab(tab.label, reverse(tab.name), tab.holds(path)) for tab in TABS if tab.is_open_to(member)]


def is_in_mailer(path: str) -> bool:
    return any(tab.holds(path) for tab in TABS)
