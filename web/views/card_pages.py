"""The web pages of a card: links to copy, to make and to revoke (M110)."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods
from django_htmx.http import trigger_client_event

from crm.access import get_card
from crm.cards import type_of
from crm.models import Card
from pages.access import check_mailer, get_page_for, get_page_link_for
from pages.addresses import address_of
from pages.links import is_expired, make_link_by, revoke_link
from pages.models import Page, PageLink
from web.members import MemberRequest, member_required
from web.toasts import close_dialog, toast

MOST_LINKS = 50


@dataclass(frozen=True, slots=True)
class ShownLink:
    link: PageLink
    url: str
    is_expired: bool


@require_http_methods(["GET", "POST"])
@member_required
def card_pages(request: MemberRequest, card_type: str, card_id: int) -> HttpResponse:
    """POST makes the link of a page, or lets it live anew."""
    card = get_card(card_type, card_id)
    check_mailer(request.member)
    if request.method == "GET":
        return _shown(request, card)
    make_link_by(request.member, get_page_for(request.member, request.POST.get("page", "")), card)
    return toast(_shown(request, card), _("The link is ready to be copied."))


@require_http_methods(["GET", "POST"])
@member_required
def revoke(request: MemberRequest, page_link_id: int) -> HttpResponse:
    """GET: the question."""
    link = get_page_link_for(request.member, page_link_id)
    if request.method == "GET":
        return render(request, "crm/card/page_revoke.html", {"link": link})
    revoke_link(request.member, link)
    answer = close_dialog(toast(HttpResponse(), _("Nobody can open this link any more.")))
    return trigger_client_event(answer, "page-links-changed")


def _shown(request: MemberRequest, card: Card) -> HttpResponse:
    rows = PageLink.objects.of_card(card)[:MOST_LINKS]
    facts = {
        "card": card,
        "card_type": type_of(card),
        "links": [ShownLink(row, address_of(row, row.page), is_expired(row)) for row in rows],
        "pages": Page.objects.only("pk", "name"),
    }
    return render(request, "crm/card/pages.html", facts)
