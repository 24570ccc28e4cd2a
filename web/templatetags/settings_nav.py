"""The sections of the settings, as this member may open them."""

from dataclasses import dataclass

from django import template
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import Membership

register = template.Library()


@dataclass(frozen=True)
class Section:
    label: str
    icon: str
    href: str
    is_current: bool


@register.simple_tag(takes_context=True)
def settings_sections(context: template.Context) -> list[Section]:
    request = context["request"]
    member: Membership = request.member
    known = [
        (_("Mailboxes"), "mails", "mailboxes", True),
        (_("Users"), "user-cog", "users", member.is_admin),
        (_("Groups"), "users", "groups", member.is_admin),
        (_("Stores"), "tag", "stores", member.is_admin),
        (_("Account"), "building-2", "account", member.is_admin),
        (_("Audit log"), "shield-check", "audit", member.is_admin),
        (_("Profile"), "user-round", "profile", True),
        (_("API tokens"), "key-round", "tokens", True),
    ]
    return [
        Section(label, icon, reverse(name), request.path.startswith(reverse(name)))
        for label, icon, name, is_open in known
        if is_open
    ]
