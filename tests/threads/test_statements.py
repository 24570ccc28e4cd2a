"""Filing costs a fixed number of statements, whatever the batch holds (docs/adr/0010)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from crm.models import Contact, ContactEmail
from mailboxes.models import Mailbox
from mailkit.types import OutgoingAttachment
from tests.threads.builders import ANNA, SALES, Mail, Post, failed
from threads.filing import Progress
from threads.models import FolderEntry, Message, QuarantinedLetter, Thread
from threads.server_changes import mark_vanished
from threads.thread_counts import RECOUNT

MOST = 15  # BEGIN and COMMIT too: in a test they are SAVEPOINT and RELEASE
FILE = OutgoingAttachment("offer.pdf", "application/pdf", b"%PDF" * 1000)


def statements(post: Post, first_uid: int, count: int, *, subjects: int) -> int:
    batch = {first_uid + number: Mail(f"s{number % subjects}", cc="carl@third.example") for number in range(count)}
    with CaptureQueriesContext(connection) as captured:
        post.file_at(batch, progress=Progress.IMPORT)
    return len(captured)


def test_ten_letters_cost_as_many_statements_as_two_hundred(post: Post) -> None:
    statements(post, 1, 3, subjects=3)
    few, many = statements(post, 100, 10, subjects=7), statements(post, 1000, 200, subjects=90)
    assert few == many <= MOST


@pytest.mark.parametrize("progress", Progress)
def test_a_batch_with_everything_in_it_costs_no_more(post: Post, progress: Progress) -> None:
    contact = Contact.objects.create(name="Anna")
    ContactEmail.objects.create(contact=contact, email="anna@client.example", email_key="anna@client.example")
    nameless = Mail("Bill", sender="anna@client.example")
    gone, kept = Mail("Gone"), Mail("Kept", files=(FILE,))
    post.file_letters(
        [nameless.fetched(1), gone.fetched(2), kept.fetched(3)], outcomes={4: "older", 5: "older"}, failed=[failed(6)]
    )
    mark_vanished(post.inbox, [2], lease=post.lease)
    Mailbox.objects.filter(pk=post.mailbox.pk).update(import_older=10)
    new, reply = Mail("New", files=(FILE,)), Mail("Re: Bill", sender=ANNA, in_reply_to=nameless.message_id)
    copied = replace(kept.fetched(13), stored_files={"2": "1/files/aa/x"}, raw_is_whole=True, raw_name="1/raw/aa/y.gz")
    letters = [new.fetched(4), reply.fetched(10), gone.fetched(11), new.fetched(12), copied, Mail("Mended").fetched(6)]
    own = Mail("Letter to us", sender=SALES, to="boris@other.example").fetched(14)
    with CaptureQueriesContext(connection) as captured:
        filed = post.file_letters(
            [*letters, own], outcomes={7: "filtered", 8: "gone"}, failed=[failed(9)], progress=progress
        )
    assert len(captured) <= MOST
    assert (len(filed.new_message_ids), filed.known_count) == (4, 2)
    assert Message.objects.filter(thread__counterpart_name="Anna Petrova").count() == 6
    assert Message.objects.filter(on_server=True, cards__contact=contact).count() == 6
    assert list(QuarantinedLetter.objects.values_list("entry__uid", flat=True)) == [9]
    assert FolderEntry.objects.filter(outcome="imported").count() == 10


def scans(plan: dict[str, Any], table: str) -> list[dict[str, Any]]:
    """The nodes of a plan that read this table."""
    below = [found for part in plan.get("Plans", ()) for found in scans(part, table)]
    return [plan, *below] if plan.get("Relation Name") == table and "Scan" in plan["Node Type"] else below


def test_counting_threads_anew_reads_their_letters_once(post: Post) -> None:
    """Of an account that nobody has counted yet PostgreSQL takes the wrong index; thread by thread, it would read all
    letters as often as a batch has threads."""
    post.file_at({number: Mail(f"s{number % 20}") for number in range(1, 61)}, progress=Progress.IMPORT)
    thread_ids = list(Thread.objects.values_list("pk", flat=True))
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {RECOUNT}", {"threads": thread_ids})
        ((plans,),) = cursor.fetchall()
    reads = scans(plans[0]["Plan"], "threads_message")
    assert [read["Actual Loops"] for read in reads] == [1]
    assert reads[0]["Actual Rows"] == 60
