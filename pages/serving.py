"""A page as a client asks for it: the stored copy while it is fresh, else made anew (M114)."""

from __future__ import annotations

from dataclasses import dataclass, replace

from django.db import connection
from django.utils import timezone

from letter_templates.errors import PartRefused
from pages import form_markup, words
from pages.addresses import address_of
from pages.models import PageLink
from pages.policies import policy_of
from pages.rendering import Filled, document_of, fill_in
from pages.requests import fields_of

# All that a fresh page needs, in one statement. A label that is not the account's shows nothing of it: no account can
# show its pages under a name that clients know as another one's.
ASK = """
SELECT l.tracked_id, p.metrica_id, p.gtm_id, l.shown_html,
  l.shown_html <> '' AND l.shown_version = p.version AND l.shown_at > %(now)s - p.cache_seconds * interval '1 second'
FROM pages_pagelink l JOIN pages_page p ON p.account_id = l.account_id AND p.id = l.page_id
  JOIN accounts_account a ON a.id = l.account_id AND a.mailer_enabled
WHERE l.id = %(link)s AND (l.expires_at IS NULL OR l.expires_at > %(now)s) AND (%(label)s = ''
  OR EXISTS (SELECT FROM pages_subdomain s WHERE s.label = %(label)s AND s.owner_id = l.account_id))
"""


@dataclass(frozen=True, slots=True)
class Served:
    """`policy`: its Content-Security-Policy."""

    html: str
    policy: str
    tracked_id: int


def serve_page(link_id: int, *, label: str) -> Served | None:
    """In the account's scope. `label`: what stands before the pages' domain in the host that was asked for. None for
    what is expired or was never there, and while the account has the Mailer switched off (M01). Raises PartRefused when
    its fields cannot be filled in.
    """
    with connection.cursor() as cursor:
        cursor.execute(ASK, {"link": link_id, "label": label, "now": timezone.now()})
        row = cursor.fetchone()
    if row is None:
        return None
    tracked_id, metrica_id, gtm_id, stored, is_fresh = row
    html = stored if is_fresh else _made(link_id)
    return Served(html, policy_of(metrica_id, gtm_id), tracked_id)


def body_of_page(link: PageLink) -> Filled:
    """As a client sees it, but not yet in a document. Raises PartRefused."""
    filled = fill_in(fields_of(link.page), link.card, link.account)
    body = words.fill_in(filled.body, link.tracked, own_url=address_of(link, link.page))
    return replace(filled, body=form_markup.for_page(body, link))


def get_shown(link_id: int) -> PageLink:
    """With all that a page is made of."""
    return PageLink.objects.for_list().select_related("account").defer(None).get(pk=link_id)


def _made(link_id: int) -> str:
    """With the data of now. Where fields cannot be filled in at the moment, as it was shown last."""
    link = get_shown(link_id)
    page = link.page
    try:
        filled = body_of_page(link)
    except PartRefused as error:
        if error.is_passing and link.shown_html:
            return link.shown_html
        raise
    html = document_of(filled, account=link.account, metrica_id=page.metrica_id, gtm_id=page.gtm_id)
    if page.cache_seconds:
        shown = {"shown_html": html, "shown_at": timezone.now(), "shown_version": page.version}
        PageLink.objects.filter(pk=link_id).update(**shown)
    return html
