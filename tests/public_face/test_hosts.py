"""The host for strangers and that of the application know nothing of each other's paths."""

from __future__ import annotations

import pytest
from django.test import Client

from accounts.models import Account
from accounts.public_tokens import make_token
from accounts.tenancy import tenant

STRANGER = Client(headers={"Host": "127.0.0.1:8123"})  # the name of PUBLIC_URL, on any port


@pytest.mark.parametrize("path", ["/", "/accounts/login/", "/api/v1/me/", "/healthz", "/static/web/js/app.js"])
def test_strangers_find_nothing_of_the_application(db: None, path: str) -> None:
    answer = STRANGER.get(path)
    assert answer.status_code == 404
    assert not answer.cookies


@pytest.mark.parametrize("path", ["/t/{}", "/t/{}.gif", "/p/{}/offer", "/f/{}", "/w/{}", "/unsubscribe/{}"])
def test_the_application_does_not_know_the_paths_of_strangers(account: Account, path: str) -> None:
    with tenant(account):
        token = make_token("link", 1)
    assert Client(headers={"Host": "localhost"}).get(path.format(token)).status_code == 404


def test_browsers_that_look_for_an_icon_are_answered(db: None) -> None:
    none = STRANGER.get("/favicon.ico")
    assert (none.status_code, none.content, none["Cache-Control"]) == (204, b"", "public, max-age=86400")
    ours = Client().get("/favicon.ico")
    assert ours.status_code == 302
    assert ours["Location"].endswith(".svg")


def test_there_is_one_404(account: Account) -> None:
    with tenant(account):
        paths = [f"/t/{make_token('link', 99)}", f"/t/{make_token('pixel', 99)}.gif", f"/t/{make_token('page', 1)}"]
    paths += ["/t/" + "A" * 43, "/t/short", "/nothing", "/t/", "/p/" + "A" * 43]
    answers = [STRANGER.get(path) for path in paths]
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.content for answer in answers}) == 1
    assert (
        len({tuple(sorted(answer.headers.items() - {("X-Request-ID", answer["X-Request-ID"])})) for answer in answers})
        == 1
    )


def test_it_speaks_the_language_of_the_visitor(db: None) -> None:
    answer = STRANGER.get("/nothing", headers={"Accept-Language": "ru"})
    assert answer["Content-Language"] == "ru"
    assert '<html lang="ru">' in answer.content.decode()


def test_every_answer_is_kept_out_of_caches_frames_and_search_engines(db: None) -> None:
    answer = STRANGER.get("/nothing")
    assert answer["Referrer-Policy"] == "no-referrer"
    assert answer["X-Robots-Tag"] == "noindex, nofollow"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Cache-Control"] == "no-store"
    assert "frame-ancestors 'none'" in answer["Content-Security-Policy"]


def test_a_post_of_a_stranger_needs_no_secret_but_finds_nothing_either(account: Account) -> None:
    with tenant(account):
        token = make_token("link", 1)
    strict = Client(enforce_csrf_checks=True, headers={"Host": "127.0.0.1"})
    assert strict.post(f"/t/{token}").status_code == 404
