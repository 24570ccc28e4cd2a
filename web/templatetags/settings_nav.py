"""The sections of the settings, as this member may open them."""

from dataclasses import dataclass

from django import template
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import Membership
from web.mailer_tabs import ShownTab, is_in_mailer, tabs_of

register = template.Library()
# What a section holds beside its own address.
ALSO_UNDER = {"pipelines": ("/settings/stages/", "/settings/stage-letters/")}


@dataclass(frozen=True)
class Section:
    label: str
    icon: str
    href: str
    is_current: bool


@register.simple_tag(takes_context=True)
def settings_sections(context: template.Context) -> list[Section]:
    request = context["request"]
    return sections_of(request.member, request.path)


def sections_of(member: Membership, path: str = "") -> list[Section]:
    known = [
        (_("Mailboxes"), "mails", "mailboxes", True),
        (_("Smart addresses"), "at-sign", "smart_addresses", True),
        (_("Mailer"), "zap", "mailer", True),
        (_("Users"), "user-cog", "users", member.is_admin),
        (_("Groups"), "users", "groups", member.is_admin),
        (_("Stores"), "tag", "stores", member.is_admin),
        (_("Fields"), "text-cursor-input", "custom_fields", member.is_admin),
        (_("Pipelines"), "kanban", "pipelines", member.is_admin),
        (_("Tags"), "tag", "tags", member.is_admin),
        (_("Kinds of tasks"), "circle-check", "task_types", member.is_admin),
        (_("Account"), "building-2", "account", member.is_admin),
        (_("Audit log"), "shield-check", "audit", member.is_admin),
        (_("Profile"), "user-round", "profile", True),
        (_("API tokens"), "key-round", "tokens", True),
    ]
    return [
        Section(label, icon, reverse(name), _is_current(name, path)) for label, icon, name, is_open in known if is_open
    ]


def _is_current(name: str, path: str) -> bool:
    if name == "mailer":
        return is_in_mailer(path)
    return path.startswith((reverse(name), *ALSO_UNDER.get(name, ())))


@register.simple_tag(takes_context=True)
def mailer_tabs(context: template.Context) -> list[ShownTab]:
    request = context["request"]
    return tabs_of(request.member, request.path)
