"""Who is told of new letters, and when."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from pytest_django import DjangoCaptureOnCommitCallbacks

from mailboxes.models import Mailbox
from tests.threads.builders import SALES, START, Mail, Post, file_sent_letter
from threads.filing import Progress
from threads.signals import message_filed


@pytest.fixture
def heard() -> Iterator[list[dict[str, Any]]]:
    news: list[dict[str, Any]] = []

    def hear(sender: object, signal: object, **facts: object) -> None:
        news.append(facts)

    message_filed.connect(hear)
    yield news
    message_filed.disconnect(hear)


def test_new_letters_are_announced_on_commit_once(
    post: Post, heard: list[dict[str, Any]], django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    batch = {1: Mail(), 2: Mail()}
    with django_capture_on_commit_callbacks(execute=True):
        filed = post.file_at(batch)
        assert heard == []
    with django_capture_on_commit_callbacks(execute=True):
        post.file_at(batch)
    assert heard == [
        {
            "account_id": post.mailbox.account_id,
            "mailbox_id": post.mailbox.pk,
            "message_ids": list(filed.new_message_ids),
        }
    ]


def test_a_letter_we_sent_is_announced(
    post: Post, heard: list[dict[str, Any]], django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    raw = Mail(sender=SALES, to="anna@client.example").to_bytes()
    with django_capture_on_commit_callbacks(execute=True):
        file_sent_letter(post.mailbox, raw=raw, sent_at=START)
        file_sent_letter(post.mailbox, raw=raw, sent_at=START)
    assert len(heard) == 1


@pytest.mark.rule("G15")
def test_an_import_is_silent_but_counts_its_progress(
    post: Post, heard: list[dict[str, Any]], django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    batch = {3: Mail(), 4: Mail()}
    with django_capture_on_commit_callbacks(execute=True):
        for _ in range(2):
            post.file_at(batch, progress=Progress.IMPORT, outcomes={1: "older", 2: "gone"})
    assert heard == []
    assert Mailbox.objects.get(pk=post.mailbox.pk).import_done == 3
