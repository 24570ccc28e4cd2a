"""Our own addresses taken out again, from what our own people read: reading a letter of ours is no open of it, and
following its links no click. So are the copy in Sent, the letter in the CRM, and the quote in a client's answer. For
them its web version is an address of the application, in what they send on a public one again.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from html import escape

from django.conf import settings

from accounts.public_tokens import read_token
from accounts.tenancy import current_account_id
from tracking.addresses import look_pattern, look_url, our_address, web_pattern
from tracking.models import Link

# As a cleaner writes them: "<" and ">" within attributes are escaped.
_PIXEL = r'<img\b[^<>]*\ssrc="{address}"[^<>]*>'
_WAITING_PIXEL = r'<img\b[^<>]*\sdata-remote-src="{address}"[^<>]*>'
_EMPTY_LINK = r'<a\b[^<>]*\shref="{address}"[^<>]*></a>'
_HREF = r'\shref="{address}"'


def original_html(html: str) -> str:
    """The same with links that lead straight to where they lead, without pixel and bait."""
    html = _looked_at(html)
    if not _may_hold_ours(html):
        return html
    targets = _targets(html)
    for markup in (_PIXEL, _WAITING_PIXEL):
        html = re.sub(markup.format(address=our_address()), _without_pixel, html)
    html = re.sub(
        _EMPTY_LINK.format(address=our_address()), lambda found: "" if found[1] in targets else found[0], html
    )
    html = re.sub(_HREF.format(address=our_address()), lambda found: _href(found, targets), html)
    return re.sub(our_address(), lambda found: escape(targets.get(found[1], found[0])), html)


def original_text(text: str) -> str:
    text = _looked_at(text)
    if not _may_hold_ours(text):
        return text
    targets = _targets(text)
    return re.sub(our_address(), lambda found: targets.get(found[1], found[0]), text)


def for_others(words: str) -> str:
    """Text or HTML that is quoted to people outside: the application is closed to them."""
    return re.sub(look_pattern(), lambda found: f"{settings.PUBLIC_URL}/w/{found[1]}", words)


def _looked_at(words: str) -> str:
    """Text or HTML: both spell these addresses alike."""
    if f"{settings.PUBLIC_URL}/w/" not in words:
        return words
    return re.sub(web_pattern(), _look, words)


def _look(found: re.Match[str]) -> str:
    letter = read_token("web", found[1])
    return look_url(found[1]) if letter and letter.account_id == current_account_id() else found[0]


def _may_hold_ours(text: str) -> bool:
    return f"{settings.PUBLIC_URL}/t/" in text


def _without_pixel(found: re.Match[str]) -> str:
    letter = read_token("pixel", found[1])
    return "" if letter and letter.account_id == current_account_id() else found[0]


def _href(found: re.Match[str], targets: Mapping[str, str]) -> str:
    """A trigger link that thanks leads nowhere for us."""
    if found[1] not in targets:
        return found[0]
    return f' href="{escape(targets[found[1]])}"' if targets[found[1]] else ""


def _targets(text: str) -> dict[str, str]:
    """By the tokens of this account's links that stand in the text."""
    ids = dict(_links_in(found[1] for found in re.finditer(our_address(), text)))
    rows = Link.objects.filter(pk__in=ids.values()).select_related("trigger_link")
    urls = {row.pk: row.target_url or (row.trigger_link.redirect_url if row.trigger_link else "") for row in rows}
    return {token: urls[link_id] for token, link_id in ids.items() if link_id in urls}


def _links_in(tokens: Iterable[str]) -> Iterable[tuple[str, int]]:
    for token in tokens:
        link = read_token("link", token)
        if link and link.account_id == current_account_id():
            yield token, link.row_id
