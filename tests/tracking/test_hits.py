"""Pixels and links answer at once, every request is kept, and a link leads nowhere but where its row says."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from accounts.models import Account, Membership
from accounts.public_tokens import make_token
from accounts.tenancy import tenant
from tests.tracking.builders import FIREFOX, TARGETS, WORLD, letter, path_of
from tracking.making import Target, add_links
from tracking.models import Hit, Tracked, TriggerLink
from tracking.targets import web_address


@pytest.mark.rule("M97")
def test_the_pixel_is_an_image_that_nobody_keeps() -> None:
    tracked = letter()
    answer = WORLD.get(path_of(tracked))
    assert (answer.status_code, answer["Content-Type"], answer["Cache-Control"]) == (200, "image/gif", "no-store")
    assert answer.content.startswith(b"GIF89a")
    hit = tracked.hits.get()
    assert (hit.link, hit.method, hit.user_agent, hit.ip, hit.verdict) == (None, "GET", FIREFOX, "127.0.0.1", "")


@pytest.mark.rule("M97")
def test_a_link_leads_to_its_target_at_once() -> None:
    tracked = letter()
    answer = WORLD.get(path_of(tracked, TARGETS[1]))
    assert (answer.status_code, answer["Location"]) == (302, TARGETS[1])
    assert answer["Referrer-Policy"] == "no-referrer"
    hit = tracked.hits.get()
    assert hit.link is not None
    assert hit.link.target_url == TARGETS[1]
    assert hit.judge_at == hit.at + timedelta(seconds=12)


@pytest.mark.rule("M01")
def test_while_the_mailer_is_off_both_answer_and_nothing_is_noted(account: Account) -> None:
    tracked = letter()
    Account.objects.filter(pk=account.pk).update(mailer_enabled=False)
    assert WORLD.get(path_of(tracked)).status_code == 200
    assert WORLD.get(path_of(tracked, TARGETS[1]))["Location"] == TARGETS[1]
    assert not tracked.hits.exists()


@pytest.mark.rule("M80", "M82")
def test_a_trigger_link_redirects_or_thanks_in_the_language_of_the_account(account: Account) -> None:
    Account.objects.filter(pk=account.pk).update(language="ru")
    thanks = TriggerLink.objects.create(number=8, name="Offer")
    leads = TriggerLink.objects.create(number=9, name="Price", redirect_url="https://acme.example/price")
    addresses = add_links(letter(), [Target(trigger_link_id=thanks.pk), Target(trigger_link_id=leads.pk)])
    paths = [url[url.index("/t/") :] for url in addresses.values()][-2:]
    page = WORLD.get(paths[0], headers={"Accept-Language": "es"})
    assert (page.status_code, page["Content-Language"]) == (200, "ru")
    assert WORLD.get(paths[1])["Location"] == "https://acme.example/price"


@pytest.mark.parametrize("more", ["?u=https://evil.example", "?url=//evil.example&next=x", "?%2F%2Fevil.example"])
def test_the_address_says_nothing_about_where_it_leads(more: str) -> None:
    assert WORLD.get(path_of(letter(), TARGETS[0]) + more)["Location"] == TARGETS[0]


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "data:text/html,x",
        "//evil.example",
        "/relative",
        "https:///evil.example",
        "https://a.example\\@evil.example",
        "https://a.example/\r\nSet-Cookie: x=1",
        "https://a.example/\x00",
        "ftp://a.example",
        "https://a.example:99999999/",
        "https://[::1",
        "",
        "https://" + "a" * 5000 + ".example",
    ],
)
def test_hostile_addresses_become_no_links(url: str) -> None:
    assert web_address(url) is None


def test_a_trigger_link_to_another_script_redirects() -> None:
    row = TriggerLink.objects.create(number=9, name="Price", redirect_url="https://пример.рф/цена?a=б")
    tracked = letter()
    url = add_links(tracked, [Target(trigger_link_id=row.pk)])[Target(trigger_link_id=row.pk)]
    answer = WORLD.get(urlsplit(url).path)
    assert answer["Location"] == "https://xn--e1afmkfd.xn--p1ai/%D1%86%D0%B5%D0%BD%D0%B0?a=%D0%B1"


def test_addresses_in_other_scripts_are_written_in_ascii() -> None:
    assert web_address("https://пример.рф/цена?q=да") == (
        "https://xn--e1afmkfd.xn--p1ai/%D1%86%D0%B5%D0%BD%D0%B0?q=%D0%B4%D0%B0"
    )


def test_tokens_of_others_flipped_cut_or_of_another_purpose_are_the_same_404_and_write_nothing(
    charlie: Membership,
) -> None:
    tracked = letter()
    good = path_of(tracked, TARGETS[0]).removeprefix("/t/")
    link_id = tracked.links.get(position=1).pk
    with tenant(charlie.account_id):
        foreign = make_token("link", link_id)  # as if Charlie's account had a row of this number
    flipped = [good[:place] + ("A" if good[place] != "A" else "B") + good[place + 1 :] for place in range(0, 43, 7)]
    bad = [
        *flipped,
        good[:-1],
        good + "A",
        good + ".gif",
        path_of(tracked)[3:-4],
        foreign,
        make_token("page", tracked.pk),
    ]
    answers = [WORLD.get(f"/t/{token}") for token in bad]
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.content for answer in answers}) == 1
    assert not Hit.objects.exists()


def test_posts_are_no_hits() -> None:
    assert WORLD.post(path_of(letter(), TARGETS[0])).status_code == 404
    assert not Hit.objects.exists()


def test_a_flood_is_counted_but_not_kept(settings: Settings) -> None:
    settings.TRACK_HITS_A_MINUTE = 5
    tracked = letter()
    answers = [WORLD.get(path_of(tracked, TARGETS[0])) for _ in range(9)]
    assert {answer.status_code for answer in answers} == {302}
    assert WORLD.get(path_of(tracked, TARGETS[1])).status_code == 302
    assert tracked.hits.count() == 6
    assert Tracked.objects.get(pk=tracked.pk).machine_count == 4


def test_the_visitor_behind_our_proxies_is_told(settings: Settings) -> None:
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    tracked = letter()
    Client(headers={"Host": "127.0.0.1", "X-Forwarded-For": "198.51.100.9, 203.0.113.5"}).get(path_of(tracked))
    assert tracked.hits.get().ip == "203.0.113.5"


def test_hits_have_the_time_of_the_request() -> None:
    before = timezone.now()
    tracked = letter()
    WORLD.get(path_of(tracked))
    assert before <= tracked.hits.get().at <= timezone.now()
