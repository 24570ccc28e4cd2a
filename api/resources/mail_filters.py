"""Filters that threads and messages share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from django.db.models import QuerySet
from django_filters import rest_framework as filters

from api.filters import BooleanFilter
from api.ids import IdFilter, row_id
from threads.letter_cards import letters_on
from threads.models import Message, Thread
from threads.search import SEARCH_LIMIT, Within

MAX_WORDS = 500  # characters of a search
WORDS_HELP = (
    "As in `search/`: words in subject, people, file names and text, and operators. A folder named by `in:` goes "
    f"before `folder`. The newest {SEARCH_LIMIT} letters with these words are looked at."
)
FOLDERS = [("inbox", "inbox"), ("sent", "sent"), ("deleted", "deleted")]


class CardFilter(IdFilter):
    """Letters that a card of this type shows."""

    def __init__(self, card_type: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.card_type = card_type

    def filter(self, qs: Any, value: str) -> Any:  # noqa: ANN401
        if not value:
            return qs
        letters = letters_on(self.card_type, row_id(value))
        if qs.model is Message:
            return qs.filter(pk__in=letters)
        return qs.filter(pk__in=Message.objects.filter(pk__in=letters).kept().values("thread"))


class MailFilters(filters.FilterSet):
    """`after` and `before` are moments: the first is included, the second is not."""

    mailbox = IdFilter(field_name="mailbox_id")
    folder = filters.ChoiceFilter(
        choices=FOLDERS, help_text="Without it all that is not deleted. `deleted` is the administrators'."
    )
    contact = CardFilter("contact")
    company = CardFilter("company")
    lead = CardFilter("lead")
    customer = CardFilter("customer")
    is_unread = BooleanFilter(method="filter_unread")
    q = filters.CharFilter(max_length=MAX_WORDS, help_text=WORDS_HELP)

    def filter_queryset(self, queryset: Any) -> Any:  # noqa: ANN401
        """The search comes last: it has to know what the others leave."""
        asked = self.form.cleaned_data
        for name in asked.keys() - {"folder", "q"}:
            queryset = self.filters[name].filter(queryset, asked[name])
        return queryset.matching(asked["q"], self.within(asked))

    def within(self, asked: Mapping[str, Any]) -> Within:
        """What the search can be told. Letters of a conversation may be older than its `after`."""
        mailbox_id = row_id(asked["mailbox"]) if asked["mailbox"] else None
        return Within(asked["folder"] or "", mailbox_id, before=asked["before"])


class ThreadFilters(MailFilters):
    after = filters.IsoDateTimeFilter(field_name="last_message_at", lookup_expr="gte")
    before = filters.IsoDateTimeFilter(field_name="last_message_at", lookup_expr="lt")

    def filter_unread(self, rows: QuerySet[Thread], _name: str, is_unread: bool) -> QuerySet[Thread]:
        return rows.filter(unread_count__gt=0) if is_unread else rows.filter(unread_count=0)


class MessageFilters(MailFilters):
    thread = IdFilter(field_name="thread_id")
    after = filters.IsoDateTimeFilter(field_name="received_at", lookup_expr="gte")
    before = filters.IsoDateTimeFilter(field_name="received_at", lookup_expr="lt")

    def within(self, asked: Mapping[str, Any]) -> Within:
        return replace(super().within(asked), after=asked["after"])

    def filter_unread(self, rows: QuerySet[Message], _name: str, is_unread: bool) -> QuerySet[Message]:
        return rows.filter(is_read=not is_unread)
