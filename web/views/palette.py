"""The command palette: every screen, mailbox, card and action under one key, found by typing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from accounts.models import Membership
from crm.finding import find_cards
from crm.models import Contact
from mailboxes.models import Mailbox
from threads.deleted import may_see_deleted
from web.context import rail_items
from web.mail_address import Place
from web.mail_list import FOLDERS
from web.mailbox_health import name_of
from web.members import MemberRequest, member_required
from web.templatetags.settings_nav import sections_of
from web.typed import typed_text

OF_A_KIND = 4  # cards: who looks for more of them has the lists


@dataclass(frozen=True, slots=True)
class Command:
    """`hint` says what kind it is; it is searched too."""

    label: str
    hint: str
    icon: str
    href: str


@require_GET
@member_required
def palette(request: MemberRequest) -> HttpResponse:
    language = request.member.user.language
    sections = [Command(item.label, _("Go to"), item.icon, item.href) for item in rail_items("", language)[1:]]
    commands = [*mail_commands(request.member), *sections, *settings_commands(request.member)]
    return render(request, "parts/palette.html", {"commands": commands})


@require_GET
@member_required
def found(request: MemberRequest) -> HttpResponse:
    """What is called like that, as the fragment below the commands."""
    typed = typed_text(request.GET, "q")
    facts = {"commands": [*card_commands(typed)], "typed": typed, "letters_url": Place(text=typed).url()}
    return render(request, "parts/palette_found.html", facts if typed else {})


def card_commands(typed: str) -> Iterator[Command]:
    cards = find_cards(typed, limit=OF_A_KIND)
    for contact in cards.contacts.prefetch_related("emails"):
        yield Command(contact.name, _contact_hint(contact), "user-round", reverse("contact", args=[contact.pk]))
    for company in cards.companies:
        yield Command(company.name, _("Company"), "building-2", reverse("company", args=[company.pk]))
    for lead in cards.leads.select_related("stage"):
        hint = _("Lead in “%(stage)s”") % {"stage": lead.stage.name}
        yield Command(lead.name, hint, "kanban", reverse("lead", args=[lead.pk]))
    for customer in cards.customers:
        yield Command(customer.name, _("Customer"), "shopping-bag", reverse("customer", args=[customer.pk]))


def _contact_hint(contact: Contact) -> str:
    """Two of one name are told apart by their addresses."""
    first = next(iter(contact.emails.all()), None)
    return first.email if first and first.email != contact.name else _("Contact")


def mail_commands(member: Membership) -> Iterator[Command]:
    yield Command(_("New message"), _("Write"), "pen-line", f"{reverse('mail_folder', args=['inbox'])}?compose=")
    for name, label, icon in FOLDERS:
        if name != "deleted" or may_see_deleted(member):
            yield Command(str(label), _("Mail"), icon, Place(folder=name).url())
    for mailbox in Mailbox.objects.visible_to(member).order_by("address_key"):
        yield Command(name_of(mailbox), _("Mailbox"), "mail", Place(mailbox_id=mailbox.pk).url())


def settings_commands(member: Membership) -> list[Command]:
    return [Command(page.label, _("Settings"), page.icon, page.href) for page in sections_of(member)]
