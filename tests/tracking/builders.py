"""Letters out in the world, and who asks for what they hold."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.test import Client
from django.utils import timezone

from outbox.models import OutgoingMail
from tracking.addresses import link_url, pixel_url
from tracking.making import BAIT, Target, add_links
from tracking.models import Hit, Tracked
from tracking.sums import judge_some

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
WORLD = Client(headers={"Host": "127.0.0.1", "User-Agent": FIREFOX})
# What they say of themselves.
MACHINES = [
    {"User-Agent": "Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)"},
    {"User-Agent": "Mozilla/5.0"},
    {"User-Agent": "YahooMailProxy; https://help.yahoo.com/"},
    {"User-Agent": "Barracuda Sentinel (EE)"},
    {"User-Agent": "python-requests/2.32.0"},
    {"User-Agent": ""},
    {"User-Agent": FIREFOX, "Purpose": "prefetch"},
    {"User-Agent": FIREFOX, "Sec-Purpose": "prefetch;prerender"},
    {"User-Agent": FIREFOX, "X-Moz": "prefetch"},
    {"User-Agent": FIREFOX, "X-Purpose": "preview"},
]
TARGETS = tuple(f"https://client.example/{number}" for number in (1, 2, 3))


def letter(*targets: str, delivered: timedelta | None = timedelta(hours=1)) -> Tracked:
    """Delivered so long ago, with these links and a bait."""
    delivered_at = timezone.now() - delivered if delivered is not None else None
    tracked = Tracked.objects.create(kind=Tracked.Kind.LETTER, has_pixel=True, delivered_at=delivered_at)
    add_links(tracked, [*map(Target, targets or TARGETS), BAIT])
    return tracked


def path_of(tracked: Tracked, target: str = "") -> str:
    """Of a link; of the pixel without a target, of the bait with "bait"."""
    if not target:
        return _path(pixel_url(tracked.pk))
    links = tracked.links.filter(is_bait=True) if target == "bait" else tracked.links.filter(target_url=target)
    return _path(link_url(links.get().pk))


def make_due(tracked: Tracked, at: datetime | None = None) -> None:
    """As if the time to wait for evidence had passed; with `at`, the hits were then."""
    hits = Hit.objects.filter(tracked=tracked, judge_at__isnull=False)
    hits.update(judge_at=timezone.now(), **({"at": at} if at else {}))


def verdicts(tracked: Tracked) -> list[tuple[str, str]]:
    return list(tracked.hits.order_by("pk").values_list("verdict", "reason"))


def _path(url: str) -> str:
    return url[url.index("/t/") :]


def watch(mail: OutgoingMail, word: str = "offer") -> Tracked:
    """The letter as if it had gone out an hour ago: opened once, and its link to a page of this name followed."""
    url = f"https://{word}.example/"
    tracked = letter(url)
    OutgoingMail.objects.filter(pk=mail.pk).update(tracked=tracked)
    now = timezone.now()
    facts = {"tracked": tracked, "at": now, "method": "GET", "user_agent": word, "judge_at": now}
    Hit.objects.create(**facts)
    Hit.objects.create(link=tracked.links.get(target_url=url), **facts)
    judge_some(now)
    return Tracked.objects.get(pk=tracked.pk)
