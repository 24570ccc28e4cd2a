"""What is kept of visits to pages goes with the card: addresses and programs of a person are data of that person."""

from __future__ import annotations

from django.db.models import Exists, OuterRef

import crm.erasing
from crm.models import Contact
from pages.models import PageLink
from tracking.models import Tracked

AT_ONCE = 500


def erase_links(contact: Contact) -> None:
    """Before the contact is erased with the cards that are of nobody else (G16)."""
    leads, customers = crm.erasing.leads_of_nobody_else(contact), crm.erasing.customers_of_nobody_else(contact)
    own = PageLink.objects.filter(contact=contact)
    for links in (own, PageLink.objects.filter(lead__in=leads), PageLink.objects.filter(customer__in=customers)):
        tracked = list(links.values_list("tracked", flat=True))
        links.delete()
        Tracked.objects.filter(pk__in=tracked).delete()
    PageLink.objects.exclude(shown_html="").update(shown_html="")  # pages of other cards may have named this person


def forget_visits() -> int:
    """Those to pages of cards that were deleted since. How many links they were of; needs every account's scope."""
    of_page = PageLink.objects.filter(account=OuterRef("account"), tracked=OuterRef("pk"))
    lost = Tracked.objects.filter(~Exists(of_page), kind=Tracked.Kind.PAGE).order_by("pk").values_list("pk", flat=True)
    ids = list(lost[:AT_ONCE])
    Tracked.objects.filter(pk__in=ids).delete()
    return len(ids)
