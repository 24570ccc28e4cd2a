"""Where a page is: https://LABEL.PAGES_DOMAIN/p/TOKEN/TITLE, or without a label on the host of PUBLIC_URL."""

from __future__ import annotations

from urllib.parse import quote, urlsplit

from django.conf import settings

from accounts.public_tokens import make_token
from pages.models import Page, PageLink


def address_of(link: PageLink, page: Page) -> str:
    """In the account's scope. Only the token names anything: the title is for people who read the address."""
    tail = quote(page.title, safe="")
    return f"{origin_of(page.subdomain)}/p/{make_token('page', link.pk)}/{tail}"


def origin_of(label: str) -> str:
    """Scheme and port are those of PUBLIC_URL."""
    if not label:
        return str(settings.PUBLIC_URL)
    public = urlsplit(settings.PUBLIC_URL)
    port = f":{public.port}" if public.port else ""
    return f"{public.scheme}://{label}.{settings.PAGES_DOMAIN}{port}"


def label_of(host: str) -> str:
    """The label before the pages' domain in a host name; "" for every other host of ours."""
    label, dot, domain = host.partition(".")
    return label if dot and domain == settings.PAGES_DOMAIN and host not in own_hosts() else ""


def own_hosts() -> frozenset[str]:
    """Names that no account gets, though they may lie under the pages' domain."""
    urls = (settings.BASE_URL, settings.PUBLIC_URL, settings.EVENTS_URL)
    return frozenset(urlsplit(url).hostname or "" for url in urls) | {settings.MAIL_DOMAIN}
