"""A page for one card: the link that only its client has (M110, M113, M118).

link_for(1028, card=lead)    # "https://go.example.com/p/TOKEN/offer", the same one every time
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import Membership
from crm.cards import on_card, type_of
from crm.models import Card
from pages.access import check_mailer
from pages.addresses import address_of
from pages.errors import PageNotFound
from pages.models import Page, PageLink
from tracking.models import Tracked


def link_for(page: Page | int, *, card: Card) -> str:
    """The address of a page, or of the page with this number, for a card. Raises PageNotFound."""
    found = page if isinstance(page, Page) else Page.objects.filter(number=page).first()
    if found is None:
        raise PageNotFound
    return address_of(make_link(found, card), found)


def make_link(page: Page, card: Card) -> PageLink:
    """The one of this page and card, made when there is none. Asked for again, it lives its whole lifetime anew."""
    key = f"{type_of(card)}{card.pk}"
    found = PageLink.objects.filter(page=page, card_key=key)
    link = found.first() or _made(page, card, key) or found.get()
    expires = _expiry(page)
    if link.expires_at != expires:
        link.expires_at = expires
        link.save(update_fields=["expires_at"])
    return link


def make_link_by(member: Membership, page: Page, card: Card) -> PageLink:
    """For a person or a program. Raises NotAllowed."""
    check_mailer(member)
    return make_link(page, card)


def is_expired(link: PageLink) -> bool:
    return link.expires_at is not None and link.expires_at <= timezone.now()


@transaction.atomic
def revoke_link(member: Membership, link: PageLink) -> None:
    """With all that was told of it. Its address is unknown from now on; the next link of this card is another one.
    Raises NotAllowed.
    """
    check_mailer(member)
    link.delete()
    Tracked.objects.filter(pk=link.tracked_id).delete()


def _made(page: Page, card: Card, key: str) -> PageLink | None:
    """None: somebody else made it just now. Nobody waits for long: who makes links holds no lock on the page."""
    try:
        with transaction.atomic():
            tracked = Tracked.objects.create(kind=Tracked.Kind.PAGE, has_pixel=True, has_links=True)
            return PageLink.objects.create(page=page, card_key=key, tracked=tracked, **on_card(card))
    except IntegrityError:
        return None


def _expiry(page: Page) -> datetime | None:
    return None if page.lifetime_days is None else timezone.now() + timedelta(days=page.lifetime_days)
