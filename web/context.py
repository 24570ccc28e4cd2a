"""What every page needs around its content. Lazy where it costs a query: fragments and error pages ask for nothing."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accounts.models import Membership, User
from threads.models import Thread

THEME_ICONS = {"system": "monitor", "light": "sun", "dark": "moon"}


@dataclass(frozen=True)
class RailItem:
    """A section of the product, in the rail and in the tab bar of the phone."""

    label: str
    icon: str
    href: str
    is_current: bool
    counts_unread: bool = False


@dataclass(frozen=True)
class ThemeChoice:
    value: str
    label: str
    icon: str
    is_chosen: bool


class Shell:
    """The frame of the page for this request: `member` is None before sign-in."""

    def __init__(self, request: HttpRequest) -> None:
        self.member: Membership | None = getattr(request, "member", None)
        self.path = request.path
        self.language = get_language() or settings.LANGUAGE_CODE

    @property
    def theme(self) -> str:
        return self.member.user.theme if self.member else User.Theme.SYSTEM

    @property
    def themes(self) -> list[ThemeChoice]:
        choices = User.Theme.choices
        return [ThemeChoice(name, str(label), THEME_ICONS[name], name == self.theme) for name, label in choices]

    @property
    def events_url(self) -> str:
        return f"{settings.EVENTS_URL}/events/" if self.member else ""

    @property
    def items(self) -> list[RailItem]:
        if self.member is None:
            return []
        return [
            self._item(_("Mail"), "inbox", reverse("mail_folder", args=["inbox"]), under="/mail/", counts_unread=True),
            self._item(_("Contacts"), "users", reverse("contacts"), under="/contacts/"),
            self._item(_("Leads"), "kanban", reverse("leads"), under="/leads/"),
            self._item(_("Settings"), "settings", reverse("mailboxes"), under="/settings/"),
        ]

    @cached_property
    def unread_count(self) -> int:
        if self.member is None:
            return 0
        return Thread.objects.visible_to(self.member).filter(unread_count__gt=0).count()

    def _item(self, label: str, icon: str, href: str, *, under: str, counts_unread: bool = False) -> RailItem:
        return RailItem(label, icon, href, self.path.startswith(under), counts_unread)


def shell(request: HttpRequest) -> dict[str, Shell]:
    return {"shell": Shell(request)}
