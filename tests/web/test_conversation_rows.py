"""Rows of the mail list: what strangers wrote stays text in them."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

from django.template.loader import render_to_string

from threads.querysets import ThreadLine
from threads.search_hits import Hit, Piece
from web.conversation_rows import SHOWN_CHARS, ConversationRow, rows_by_day
from web.mail_list import ListPage

KEY = "ana@acme.example"
HOSTILE = """"><script>x</script>'&"""
TEMPLATE = Path(__file__).parents[2] / "web/jinja2/mail/conversations.html"


def drawn(
    hit: Hit | None = None, *, href: str = "/mail/inbox/7/", stage: str = "", card: str = "", **facts: str
) -> str:
    at = datetime(2026, 5, 20, tzinfo=UTC)
    words = {"subject": "", "counterpart_address": "", "counterpart_name": "", "snippet": "", **facts}
    thread = ThreadLine(
        7, counterpart_key=KEY, message_count=1, unread_count=0, has_attachments=False, last_message_at=at, **words
    )
    stages, hits = {KEY: (stage, "one")}, {7: hit} if hit else {}
    days = rows_by_day([thread], url_of=lambda _id: href, names={KEY: card}, stages=stages, hits=hits)
    page = ListPage(days, None, problem="", unknown="", is_similar=False, most_hits=0)
    return render_to_string("mail/conversations.html", {"page": page, "current_id": 7})


def test_what_strangers_wrote_is_escaped() -> None:
    markup = drawn(subject=HOSTILE, counterpart_name=HOSTILE, snippet=HOSTILE)
    assert "<script" not in markup
    assert markup.count("&quot;&gt;&lt;script&gt;") == 4  # the name stands in a label, too


def test_so_are_addresses_and_stages() -> None:
    markup = drawn(href=f"/mail/?q={HOSTILE}", stage=HOSTILE, counterpart_address=HOSTILE)
    assert "<script" not in markup
    assert markup.count("&lt;script&gt;") == 5  # the address of the page twice, that of the sender twice


def test_what_was_searched_is_marked_and_the_rest_escaped() -> None:
    hit = Hit(subject=(Piece("<b>", is_hit=False), Piece("<i>", is_hit=True)))
    assert "&lt;b&gt;<mark>&lt;i&gt;</mark>" in drawn(hit, subject="offer")


def test_the_template_takes_each_fact_by_its_place() -> None:
    (taken,) = re.findall(r"{% for (id, .*?) in rows %}", TEMPLATE.read_text())
    assert taken.split(", ") == list(ConversationRow._fields)


def test_the_template_writes_nothing_that_was_not_escaped() -> None:
    """Within `autoescape false`: the facts of a row, and words that were escaped above it."""
    text = TEMPLATE.read_text()
    before, _, within = text.partition("{%- autoescape false %}")
    escaped = re.findall(r"set (?:(\w+), )?(\w+) = [^%]*?\| e", before) or []
    words = {name for pair in escaped for name in pair if name} | {"paperclip"}
    written = set(re.findall(r"{{ (.*?) }}", within))
    assert written <= {*ConversationRow._fields, *words}


def test_the_open_conversation_is_current() -> None:
    assert 'data-thread="7" aria-current="true"' in drawn()


def test_a_row_has_no_more_of_the_text_than_a_line() -> None:
    assert "o" * SHOWN_CHARS in drawn(snippet="o" * 200)
    assert "o" * (SHOWN_CHARS + 1) not in drawn(snippet="o" * 200)


def test_who_writes_without_a_name_is_called_as_on_the_card() -> None:
    address = "ana@client.example"
    assert address in drawn(counterpart_address=address)
    assert "Ana Morales" in drawn(counterpart_address=address, card="Ana Morales")
    assert "Anita" in drawn(counterpart_name="Anita", counterpart_address=address, card="Ana Morales")


def test_a_page_without_rows_has_no_days() -> None:
    assert rows_by_day([], url_of=str, names={}, stages={}, hits={}) == []
