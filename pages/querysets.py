"""Questions about many pages and their links."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.db.models import Count, Max, QuerySet, Sum
from django.db.models.functions import Coalesce

from crm.cards import on_card

if TYPE_CHECKING:
    from crm.models import Card
    from pages.models import Page, PageLink


class PageQuerySet(QuerySet["Page"]):
    def with_sums(self) -> Self:
        """`links_made`, `opens` by people or by what may be people, and `last_opened_at`: of all its links."""
        return self.annotate(
            links_made=Count("links"),
            opens=Coalesce(Sum("links__tracked__open_count"), 0),
            last_opened_at=Max("links__tracked__last_opened_at"),
        )


class PageLinkQuerySet(QuerySet["PageLink"]):
    def of_card(self, card: Card) -> Self:
        """Newest first, with what a row shows."""
        return self.filter(**on_card(card)).for_list().order_by("-created_at", "-pk")

    def for_list(self) -> Self:
        """With all that a row shows: no query per row. What was shown last stays where it is."""
        return self.select_related("page", "tracked", "contact", "company", "lead", "customer").defer("shown_html")
