"""What became of a letter at its readers', in words: opens, clicks, who it was, and how far to trust that."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Count, Q
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext

from outbox.models import OutgoingMail
from tracking.judging import ACTING
from tracking.models import Hit, Link, Tracked

MOST_HITS = 50
# Why somebody is taken for a machine, or for a person: rules of tracking.judging, rows of tracking/machines.toml.
REASONS: Mapping[str, str | Promise] = {
    "method": gettext_lazy("asked without looking"),
    "prefetch": gettext_lazy("fetched ahead"),
    "bait": gettext_lazy("followed a link that people do not see"),
    "too_soon": gettext_lazy("within seconds of delivery"),
    "all_links": gettext_lazy("several links at once"),
    "gmail": "Gmail",
    "apple-privacy": gettext_lazy("Apple Mail privacy protection"),
    "apple": "Apple",
    "yahoo": "Yahoo",
    "seznam": "Seznam",
    "yandex": "Yandex",
    "mailru": "Mail.ru",
    "mail-gateway": gettext_lazy("mail filter"),
    "link-preview": gettext_lazy("link preview"),
    "robot": gettext_lazy("robot"),
    "library": gettext_lazy("program"),
    "no-name": gettext_lazy("names no program"),
    "mail-program": gettext_lazy("mail program"),
    "browser": gettext_lazy("browser"),
    "exchange-online": "Microsoft 365",
    "google-proxy": "Google",
    "proofpoint": "Proofpoint",
    "barracuda": "Barracuda",
    "mimecast": "Mimecast",
}


@dataclass(frozen=True, slots=True)
class Watched:
    """A letter of which something can be told."""

    mail: OutgoingMail
    tracked: Tracked

    @property
    def sign(self) -> str:
        """In a word, "" while there is nothing to say."""
        if self.tracked.clicked_at:
            return pgettext("letter", "Clicked")
        return pgettext("letter", "Opened") if self.tracked.opened_at else ""

    @property
    def words(self) -> str:
        row = self.tracked
        if not row.opened_at:
            return _("Not opened yet")
        opened = ngettext("Opened %(count)d time", "Opened %(count)d times", row.open_count) % {"count": row.open_count}
        if not row.click_count:
            return opened
        clicks = ngettext("%(count)d click", "%(count)d clicks", row.click_count) % {"count": row.click_count}
        return f"{opened}, {clicks}"

    @property
    def machine_words(self) -> str:
        count = self.tracked.machine_count
        return ngettext("%(count)d by a machine, not counted", "%(count)d by machines, not counted", count) % {
            "count": count
        }


@dataclass(frozen=True, slots=True)
class LinkWords:
    """A link of the letter, and how often people followed it."""

    name: str
    count: int


@dataclass(frozen=True, slots=True)
class HitWords:
    """A single request."""

    hit: Hit
    what: str
    who: str | Promise
    why: str | Promise

    @property
    def counts(self) -> bool:
        return self.hit.verdict in ACTING


def watched(mail: OutgoingMail) -> Watched | None:
    """None for a letter that tells nothing. The row is joined by those who ask for many."""
    return Watched(mail, mail.tracked) if mail.tracked else None


def link_words(tracked: Tracked) -> list[LinkWords]:
    """Without the bait."""
    counted = Count("hits", filter=Q(hits__verdict__in=ACTING))
    rows = tracked.links.filter(is_bait=False).select_related("trigger_link").annotate(times=counted)
    return [LinkWords(_name_of(row), row.times) for row in rows.order_by("position")]


def hit_words(tracked: Tracked) -> Sequence[HitWords]:
    """The newest, with the guesses of who they were."""
    hits = tracked.hits.select_related("link__trigger_link").order_by("-at", "-pk")[:MOST_HITS]
    return [_words_of(hit) for hit in hits]


def _words_of(hit: Hit) -> HitWords:
    what = _("Opened") if hit.link is None else _name_of(hit.link)
    return HitWords(hit, what, Hit.Verdict(hit.verdict).label, REASONS.get(hit.reason, hit.reason))


def _name_of(link: Link) -> str:
    if link.is_bait:
        return _("Hidden link")
    return link.trigger_link.name if link.trigger_link else link.target_url or _("Deleted trigger link")
