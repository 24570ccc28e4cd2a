"""Pages stay light: few files before the editor is wanted, and what is text travels compressed."""

from __future__ import annotations

import gzip
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.http import HttpResponse
from django.test import Client, RequestFactory

from accounts.models import Membership
from crm_mail.middleware import CompressTextMiddleware

SignIn = Callable[[Membership], Client]
MOST_REQUESTS = 8  # the page itself included, fonts not
MOST_BYTES = 52 * 1024  # compressed, of 60 KB: the rest is for fifty rows and the headers of answers
LOADED = re.compile(r'\b(?:src|href)="(/static/[^"#]+)')  # the editor is named in data-* and loads with its first use
GZIP = {"Accept-Encoding": "gzip"}


def test_the_mail_screen_asks_for_few_files(signed_in: SignIn, alice: Membership) -> None:
    page = signed_in(alice).get("/mail/inbox/").content.decode()
    files = {name for name in LOADED.findall(page) if not name.endswith(".woff2")}
    assert len(files) + 1 <= MOST_REQUESTS, files
    assert not [name for name in files if "editor" in name or "compose" in name]


def test_the_mail_screen_weighs_little(signed_in: SignIn, alice: Membership) -> None:
    page = signed_in(alice).get("/mail/inbox/").content
    files = {name.removeprefix("/static/") for name in LOADED.findall(page.decode()) if not name.endswith(".woff2")}
    contents = [page, *(Path(str(finders.find(name))).read_bytes() for name in files)]
    assert sum(len(gzip.compress(content)) for content in contents) <= MOST_BYTES


def test_pages_travel_compressed(signed_in: SignIn, alice: Membership) -> None:
    answer = signed_in(alice).get("/mail/inbox/", headers=GZIP)
    assert answer["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in answer["Vary"]


@pytest.mark.parametrize(
    ("kind", "is_compressed"),
    [
        ("application/json", True),
        ("application/problem+json", True),
        ("application/octet-stream", False),
        ("image/png", False),
    ],
)
def test_answers_of_the_api_too_but_files_of_letters_go_as_they_are(
    rf: RequestFactory, kind: str, is_compressed: bool
) -> None:
    answer = CompressTextMiddleware(lambda _request: HttpResponse()).process_response(
        rf.get("/", headers=GZIP), HttpResponse(b"0" * 4096, content_type=kind)
    )
    assert ("Content-Encoding" in answer.headers) is is_compressed
