"""The page of a card, whichever of the four kinds: its fields, what belongs to it, and its timeline."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache, partial
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone

from accounts.mailer import may_use_mailer
from accounts.models import Membership
from crm.cards import on_card, type_of
from crm.models import Card, Company, Contact, Customer, Lead, Task
from crm.tags import tag_names, tags_of
from web.card_facts import CardFact, facts_of
from web.card_timeline import NAMES, shown_timeline
from web.forms.card_tasks import CardTaskForm
from web.forms.tasks import quick_times
from web.lead_cards import LeadCard, cards_of
from web.letter_cards import people_on
from web.members import MemberRequest

MOST_TASKS = 50  # to do, on one card
MOST_LEADS, MOST_CUSTOMERS, MOST_TAGS = 50, 50, 200


def card_page(request: MemberRequest, card: Card, **more: Any) -> HttpResponse:
    """The whole page; for htmx the lines of the timeline alone."""
    people = cache(partial(people_on, card))  # asked for once, and not for later pages of the timeline
    shown = shown_timeline(request.member, card, people, request.GET, timezone.now())
    facts = {"card": card, "card_type": type_of(card), "timeline": shown, "shows": NAMES}
    if request.htmx and not request.htmx.history_restore_request:
        template = "crm/card/timeline.html" if shown.is_first else "crm/card/timeline_rows.html"
        return render(request, template, facts)
    fields = facts_of(card)
    about = {
        "name_fact": fields[0],
        "fields": [fact for fact in fields if not fact.is_long],
        "contacts_fact": _contacts_of(fields),
        "leads": leads_of(card),
        "customers": customers_of(card),
        "can_write": bool(people()),
        "addresses": next((fact.value for fact in fields if fact.drawn == "emails"), ()),
        "has_mailer": may_use_mailer(request.member),
    }
    return render(
        request,
        f"crm/{type_of(card)}.html",
        {**facts, **about, **tag_facts(card), **task_facts(card, request.member), **more},
    )


def _contacts_of(fields: Sequence[CardFact]) -> CardFact | None:
    return next((fact for fact in fields if fact.drawn == "contacts"), None)


def leads_of(card: Card) -> list[LeadCard]:
    """The open ones. Of a lead: itself, with its steps."""
    if isinstance(card, Lead):
        return cards_of([card])
    if isinstance(card, Contact):
        found = Lead.objects.of_contact(card)
    elif isinstance(card, Company):
        found = Lead.objects.filter(company=card)
    else:
        people = [contact.pk for contact in card.contacts.all()]  # by number: so few that no list of leads is read
        found = Lead.objects.filter(contacts__in=people).distinct()
    return cards_of(found.open().for_list().order_by("-created_at", "-id")[:MOST_LEADS])


def customers_of(card: Card) -> list[Customer]:
    if isinstance(card, Contact):
        found = Customer.objects.filter(contacts=card)
    elif isinstance(card, Company):
        found = Customer.objects.filter(company=card)
    else:
        return []
    return list(found.order_by("name", "id")[:MOST_CUSTOMERS])


def tag_facts(card: Card) -> dict[str, Any]:
    """What the row of tags shows."""
    return {
        "card": card,
        "card_type": type_of(card),
        "tags": tags_of(card),
        "known_tags": tag_names(MOST_TAGS),
    }


def task_facts(card: Card, member: Membership, form: CardTaskForm | None = None) -> dict[str, Any]:
    """What is to be done about the card, the next first, and the line that adds to it."""
    tasks = Task.objects.to_do().for_list().filter(**on_card(card)).order_by("due_at", "id")
    return {
        "card": card,
        "card_type": type_of(card),
        "tasks": list(tasks[:MOST_TASKS]),
        "task_form": form or CardTaskForm(member),
        "times": quick_times(timezone.localtime()),
        "now": timezone.now(),
    }
