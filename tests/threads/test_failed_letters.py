"""Letters that could not be read or stored are kept in quarantine, until they are (G14)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mailkit.mime_reader import READER_VERSION
from tests.row_versions import row_versions
from tests.threads.builders import Mail, Post, failed
from threads.models import FolderEntry, Message, QuarantinedLetter


def outcomes(post: Post) -> dict[int, str]:
    return dict(FolderEntry.objects.filter(folder=post.inbox).values_list("uid", "outcome"))


@pytest.mark.rule("G14")
def test_what_failed_is_kept_with_its_reason_and_the_others_are_filed(post: Post) -> None:
    post.file_letters([Mail().fetched(1)], failed=[failed(2, raw_name="1/raw/ab/c.gz", subject="Offer\0\ud800")])
    kept = QuarantinedLetter.objects.get()
    assert (kept.entry.uid, kept.entry.outcome, kept.mailbox) == (2, "failed", post.mailbox)
    assert (kept.reason, kept.detail, kept.raw_name, kept.size) == ("unreadable", "ValueError", "1/raw/ab/c.gz", 5000)
    assert (kept.message_id_header, kept.subject, kept.try_count) == ("2@client.example", "Offer", 1)
    assert kept.reader_version == READER_VERSION
    assert Message.objects.count() == 1


def test_another_failure_counts_as_one_more_try_and_forgets_nothing(post: Post) -> None:
    post.file_letters([], failed=[failed(2, raw_name="1/raw/ab/c.gz", subject="Offer")])
    first = QuarantinedLetter.objects.get()
    post.file_letters([], failed=[replace(failed(2), reason="too_slow", message_id_header="")])
    again = QuarantinedLetter.objects.get()
    assert (again.pk, again.try_count, again.reason) == (first.pk, 2, "too_slow")
    assert (again.raw_name, again.subject, again.message_id_header) == ("1/raw/ab/c.gz", "Offer", "2@client.example")
    assert again.tried_at > first.tried_at


@pytest.mark.rule("G14")
def test_a_letter_that_can_be_read_now_leaves_the_quarantine(post: Post) -> None:
    post.file_letters([], failed=[failed(2), failed(3)])
    post.file_at({2: Mail()})
    assert outcomes(post) == {2: "imported", 3: "failed"}
    assert FolderEntry.objects.get(uid=2).message == Message.objects.get()
    assert QuarantinedLetter.objects.get().entry.uid == 3


@pytest.mark.parametrize("outcome", ["filtered", "internal"])
def test_a_letter_that_is_not_wanted_after_all_leaves_it_too(post: Post, outcome: str) -> None:
    post.file_letters([], failed=[failed(2)])
    post.file_at({}, outcomes={2: outcome})
    assert outcomes(post) == {2: outcome}
    assert not QuarantinedLetter.objects.exists()


@pytest.mark.parametrize("outcome", ["gone", "older"])
def test_what_is_in_quarantine_is_not_forgotten_because_it_is_gone(post: Post, outcome: str) -> None:
    post.file_letters([], failed=[failed(2)])
    before = row_versions()
    post.file_at({}, outcomes={2: outcome})
    assert row_versions() == before


@pytest.mark.parametrize("outcome", ["older", "filtered", "internal", "gone"])
def test_any_place_without_a_letter_may_get_one_and_keeps_it(post: Post, outcome: str) -> None:
    post.file_at({}, outcomes={2: outcome})
    post.file_at({2: Mail()})
    post.file_letters([], outcomes={3: "gone"}, failed=[failed(2)])
    assert outcomes(post) == {2: "imported", 3: "gone"}
    assert not QuarantinedLetter.objects.exists()
