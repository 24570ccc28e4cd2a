"""Pages of clients while their copy is fresh, each visit written down, against a static file by the same server.

Each request is for another link, as when a mailing has just gone out.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from itertools import cycle
from urllib.parse import urlsplit

from django.conf import settings
from django.utils import timezone

from accounts.models import Membership
from accounts.tenancy import tenant
from bench import product
from bench.big_place import COLLECT, open_servers
from bench.clients import requests_a_second
from bench.measuring import Samples, interleave
from bench.stage import Stage
from crm.models import Contact
from crm_mail.embedded.state import PROJECT
from pages.links import link_for
from pages.models import PageLink
from pages.pages import create_page
from pages.requests import PageFields
from tracking.models import Hit

CLIENTS = 8
SECONDS = 4.0
LINKS = 1_000
STATIC_FILE = "/static/web/js/tasks.js"  # about as long as the page
BODY = f"<h1>Dear {{{{ contact.first_name }}}}</h1><p>{'here is what you asked for. ' * 20}</p>"


def pages(stage: Stage) -> Iterator[Samples]:
    account_id = product.new_account("pages", with_contacts=False)
    environment = {**os.environ, "STATIC_ROOT": str(stage.directory / "static")}
    subprocess.run([sys.executable, *COLLECT], cwd=PROJECT, env=environment, check=True)
    paths = cycle(_links(account_id, stage.number(LINKS)))
    place = open_servers([], environment, stage.directory)
    headers = {"Host": urlsplit(settings.PUBLIC_URL).netloc}
    seconds = stage.seconds(SECONDS)
    try:
        ours, theirs = interleave(
            lambda: requests_a_second(place.port, lambda: (next(paths), headers), clients=CLIENTS, seconds=seconds),
            lambda: requests_a_second(place.port, lambda: (STATIC_FILE, {}), clients=CLIENTS, seconds=seconds),
            repetitions=stage.repetitions(5),
        )
    finally:
        place.stop()
    with tenant(account_id):
        if not Hit.objects.exists():
            raise RuntimeError("no visit was written down")
    yield Samples("cached_page", ours, theirs, {"clients": CLIENTS})


def _links(account_id: int, number: int) -> list[str]:
    """The paths of links to one page, all shown a moment ago."""
    with tenant(account_id):
        page = create_page(Membership.objects.get(), PageFields("Offer", body=BODY, cache_seconds=3600))
        contacts = Contact.objects.bulk_create(Contact(first_name="Ana", name="Ana") for _ in range(number))
        urls = [link_for(page, card=contact) for contact in contacts]
        shown = f"<!doctype html><title>Offer</title>{BODY}"
        PageLink.objects.update(shown_html=shown, shown_at=timezone.now(), shown_version=page.version)
        product.vacuum()
    return [urlsplit(url).path for url in urls]
