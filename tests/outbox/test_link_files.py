"""Files by link: fetched when the letter is made, or the letter fails and says why."""

from __future__ import annotations

import itertools

import pytest

from mailkit.errors import FetchRefused
from mailkit.mime_reader import parse_message
from mailkit.safe_fetch import Fetched
from outbox import link_files
from outbox.attempts import attempt
from outbox.composing import freeze
from outbox.errors import LetterRefused, LinkFailed
from outbox.link_files import fetch_files
from outbox.models import OutgoingMail
from tests.outbox.conftest import Queue
from tests.outbox.test_signatures import again, leased

LINK = "https://files.example/a/Offer%202026.pdf?x=1"


def web(url: str, *, most_bytes: int, seconds: float) -> Fetched:
    """A web server with three addresses."""
    if url.endswith("/page"):
        return Fetched(url, "text/html", b"<p>Sign in")
    if most_bytes < 4:
        raise FetchRefused("The answer is larger than what we take")
    return Fetched(url, "application/pdf", b"%PDF")


@pytest.mark.rule("M46")
def test_a_direct_link_is_a_file() -> None:
    (file,) = fetch_files([LINK], most_bytes=10, fetch=web)
    assert (file.filename, file.content_type, file.content) == ("Offer 2026.pdf", "application/pdf", b"%PDF")


@pytest.mark.rule("M46")
@pytest.mark.parametrize(("links", "most"), [(["https://x.example/page"], 10), ([LINK], 3), ([LINK, LINK], 4)])
def test_pages_and_too_much_are_refused(links: list[str], most: int) -> None:
    with pytest.raises(LinkFailed) as failed:
        fetch_files(links, most_bytes=most, fetch=web)
    assert failed.value.url == links[-1]


@pytest.mark.rule("M46", "M90")
@pytest.mark.parametrize("link", ["http://127.0.0.1/x.pdf", "http://localhost/x.pdf", "http://[::1]:8080/x.pdf"])
def test_our_own_network_is_not_fetched_from_and_the_letter_fails(queue: Queue, link: str) -> None:
    mail = queue(attachment_url=link)
    with pytest.raises(LinkFailed):
        freeze(again(mail))
    claimed = leased(mail)
    attempt(claimed, None)  # type: ignore[arg-type]  # it never comes to a connection
    failed = again(mail)
    assert (failed.state, failed.error_code) == (OutgoingMail.State.FAILED, "attachment")
    assert link in failed.error_detail


@pytest.mark.rule("M46")
def test_links_that_are_none_are_refused_at_once(queue: Queue) -> None:
    for links in ("ftp://x.example/a", "x.pdf", "\n".join([LINK] * 11), "https://" + "x" * 2000):
        with pytest.raises(LetterRefused) as refused:
            queue(attachment_url=links)
        assert refused.value.field == "attachment_url"
    assert queue(attachment_url=f" {LINK} \n\n{LINK}").attachment_url == f"{LINK}\n{LINK}"


def test_a_field_without_a_value_is_no_link(queue: Queue) -> None:
    mail = queue(attachment_url="{{ contact.phone }}", merge_fields=True)
    assert not parse_message(freeze(again(mail))).attachments


def test_all_links_of_a_letter_share_the_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """One worker sends for many: ten slow servers must not hold it for ten minutes."""
    given: list[float] = []

    def slow(url: str, *, most_bytes: int, seconds: float) -> Fetched:
        given.append(seconds)
        return web(url, most_bytes=most_bytes, seconds=seconds)

    monkeypatch.setattr(link_files, "monotonic", itertools.count(0.0, 50.0).__next__)
    fetch_files([LINK] * 4, most_bytes=100, fetch=slow)
    assert given == [60.0, 20.0, 0.0, 0.0]
