"""Full-text search. It reads one view and nothing else, with a limit: joined to other tables it would lose its index.

Letters are indexed under three configurations at once, in threads_search_vector(): `simple` finds words as they are
written, `russian` stems Russian and, for words in Latin letters, English; `spanish` stems Spanish. Each word is found
under any of them, so words of several languages may stand in one search.
"""

from __future__ import annotations

import operator
import re
from functools import reduce
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.contrib.postgres.search import SearchQuery
from django.db.models import QuerySet

from mailboxes.models import Mailbox
from threads.search_text import split_joints

if TYPE_CHECKING:
    from accounts.models import Membership

SEARCH_LIMIT = 1000  # the newest hits; who has more adds a word
MAX_QUERY_CHARS = 500
MAX_TERMS = 20
CONFIGS = ("simple", "russian", "spanish")
_TERM = re.compile(r'(?P<minus>-?)(?:"(?P<phrase>[^"]+)"?|(?P<word>[^\s"]+))')


def find_message_ids(words: str, member: Membership) -> list[int]:
    """The newest letters that this member may read with all of the words, "phrases" together, and no -word."""
    terms = [_query_of(term) for term in _TERM.finditer(words.replace("\0", " ")[:MAX_QUERY_CHARS])]
    if not terms:
        return []
    query = reduce(operator.and_, terms[:MAX_TERMS])
    mailbox_ids = list(Mailbox.objects.visible_to(member).values_list("pk", flat=True))
    hits = _entries().filter(mailbox_id__in=mailbox_ids, search=query).order_by("-received_at", "-message_id")
    return list(hits.values_list("message_id", flat=True)[:SEARCH_LIMIT])


def _query_of(term: re.Match[str]) -> Any:  # noqa: ANN401  (a SearchQuery, combined or not)
    if term["phrase"]:  # as it is written: stemming drops "is" and "the"
        phrase = SearchQuery(split_joints(term["phrase"]), config="simple", search_type="phrase")
        return ~phrase if term["minus"] else phrase
    forms = [SearchQuery(split_joints(term["word"]), config=config) for config in CONFIGS]
    return reduce(operator.and_, (~form for form in forms)) if term["minus"] else reduce(operator.or_, forms)


def _entries() -> QuerySet[Any]:
    """By name, because the querysets of threads.models use this module."""
    model: Any = apps.get_model("threads", "MessageSearch")
    return model.objects.all()
