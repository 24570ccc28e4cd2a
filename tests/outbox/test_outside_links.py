"""What a letter holds for the world: a pixel, links that lead through us. Our own copy holds none of it."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import pytest

from accounts.public_tokens import read_token
from letter_templates.errors import PartRefused
from mailkit.mime_reader import parse_message
from outbox.composing import compose, freeze, own_copy
from outbox.merging import Words
from outbox.models import OutgoingMail
from outbox.outside_links import check, follow_links
from tests.outbox.conftest import Queue
from tracking.models import Link, Tracked, TriggerLink

HTML = (
    '<p>Dear Ann, <a href="https://acme.example/offer?a=1&amp;b=2">our offer</a>, '
    '<a href="mailto:bob@acme.example">Bob</a>, <a href="tel:+31">call</a>, '
    '<a href="https://acme.example/offer?a=1&amp;b=2">again</a></p>'
)
OURS = re.compile(r"http://127\.0\.0\.1:8000/t/([A-Za-z0-9_-]{43})(\.gif)?")
ON: dict[str, Any] = {"track_opens": True, "track_links": True}


def sent(mail: OutgoingMail) -> str:
    return parse_message(freeze(again(mail))).html


def again(mail: OutgoingMail) -> OutgoingMail:
    return OutgoingMail.objects.get(pk=mail.pk)


def targets(mail: OutgoingMail) -> list[str]:
    links = Link.objects.filter(tracked=again(mail).tracked_id, is_bait=False)
    return [link.target_url or f"trigger {link.trigger_link and link.trigger_link.number}" for link in links]


@pytest.mark.rule("M97")
def test_links_lead_through_us_and_a_pixel_tells_that_it_is_shown(queue: Queue) -> None:
    mail = queue(html=HTML, **ON)
    html = sent(mail)
    tokens = OURS.findall(html)
    assert [ending for _token, ending in tokens] == ["", "", "", ".gif"]  # two links, the bait, the pixel
    assert tokens[0] == tokens[1]
    assert targets(mail) == ["https://acme.example/offer?a=1&b=2"]
    assert 'href="mailto:bob@acme.example"' in html
    assert 'href="tel:+31"' in html
    assert "acme.example/offer" not in html
    pixel = read_token("pixel", tokens[-1][0])
    assert pixel is not None
    assert pixel.row_id == again(mail).tracked_id


@pytest.mark.rule("M97")
def test_each_can_be_switched_off(queue: Queue) -> None:
    def endings(**switches: bool) -> list[str]:
        return [ending for _token, ending in OURS.findall(sent(queue(html=HTML, **switches)))]

    assert endings(track_opens=False, track_links=True) == [""] * 3
    assert endings(track_opens=True, track_links=False) == [".gif"]
    before = Tracked.objects.count()
    assert "https://acme.example/offer" in sent(queue(html=HTML, track_opens=False, track_links=False))
    assert Tracked.objects.count() == before


@pytest.mark.rule("M80", "M81")
@pytest.mark.parametrize(
    "spelled",
    ["{triggerlink:8}", "{triggerlink%3A8}", "%7Btriggerlink:8%7D", "%7btriggerlink%3a8%7d", "http://{triggerlink:8}/"],
)
def test_a_trigger_link_works_however_an_editor_spells_it(queue: Queue, spelled: str) -> None:
    TriggerLink.objects.create(number=8, name="Offer")
    mail = queue(html=f'<p><a href="{spelled}">See</a></p>', track_opens=False, track_links=False)
    assert len(OURS.findall(sent(mail))) == 2
    assert targets(mail) == ["trigger 8"]


@pytest.mark.rule("M80")
def test_a_trigger_link_works_in_plain_text(queue: Queue) -> None:
    TriggerLink.objects.create(number=8, name="Offer")
    mail = queue(text="See {triggerlink:8} and https://acme.example", track_opens=True, track_links=True)
    text = parse_message(freeze(again(mail))).text
    assert OURS.search(text)
    assert "https://acme.example" in text


@pytest.mark.rule("M80")
def test_a_letter_with_an_unknown_trigger_link_does_not_go_out(queue: Queue) -> None:
    link = TriggerLink.objects.create(number=8, name="Offer")
    mail = queue(html='<p><a href="{triggerlink:8}">See</a></p>')
    link.delete()
    with pytest.raises(PartRefused, match="trigger link 8"):
        freeze(again(mail))
    with pytest.raises(PartRefused):
        check(Words("", "{triggerlink:9}"))


@pytest.mark.rule("M97")
def test_a_second_try_after_a_crash_makes_no_second_row(queue: Queue) -> None:
    mail = queue(html=HTML, **ON)
    first, second = compose(again(mail)), compose(again(mail))
    assert first.html == second.html
    assert (Tracked.objects.count(), Link.objects.count()) == (1, 2)


@pytest.mark.rule("M97")
def test_our_own_copy_is_without_pixel_and_with_the_links_as_written(queue: Queue) -> None:
    TriggerLink.objects.create(number=8, name="Offer")
    TriggerLink.objects.create(number=9, name="Price", redirect_url="https://acme.example/price")
    words = '<p><a href="{triggerlink:8}">a</a> <a href="{triggerlink:9}">b</a></p>'
    mail = queue(html=HTML + words, **ON)
    raw = freeze(again(mail))
    copy = parse_message(own_copy(again(mail), raw))
    assert OURS.search(parse_message(raw).html)
    assert not OURS.search(copy.html)
    assert unescape(copy.html) == unescape(HTML) + '<p><a>a</a> <a href="https://acme.example/price">b</a></p>'
    assert copy.message_id == parse_message(raw).message_id


@pytest.mark.rule("M121")
def test_the_web_version_has_the_same_links(queue: Queue) -> None:
    TriggerLink.objects.create(number=8, name="Offer")
    html = f'{HTML}<p><a href="{{triggerlink:8}}">a</a></p>'
    mail = queue(html=html, **ON)
    letter = sent(mail)
    web = follow_links(again(mail), again(mail).html)
    assert OURS.findall(web) == [pair for pair in OURS.findall(letter) if not pair[1]][:3]
