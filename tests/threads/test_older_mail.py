"""Older mail, loaded on request, is as silent as an import."""

from __future__ import annotations

from typing import Any

import pytest
from pytest_django import DjangoCaptureOnCommitCallbacks

from accounts import live
from mailboxes.models import Mailbox
from tests.threads.builders import Mail, Post
from threads.filing import Progress
from threads.models import FolderEntry
from threads.signals import message_filed


def progress_of(post: Post) -> tuple[int, int, int]:
    mailbox = Mailbox.objects.get(pk=post.mailbox.pk)
    return mailbox.import_done, mailbox.import_total, mailbox.import_older


@pytest.mark.rule("G15")
@pytest.mark.parametrize("progress", [Progress.IMPORT, Progress.OLDER])
def test_nobody_is_told_of_its_letters_but_browsers_of_how_far_it_is(
    post: Post,
    progress: Progress,
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    heard: list[Any] = []
    events: list[str] = []
    receiver = lambda **facts: heard.append(facts)  # noqa: E731
    message_filed.connect(receiver)
    monkeypatch.setattr(live, "publish", lambda kind, **_ids: events.append(kind))
    with django_capture_on_commit_callbacks(execute=True):
        post.file(Mail(), progress=progress)
    message_filed.disconnect(receiver)
    assert (heard, events) == ([], ["import"])


def test_what_is_loaded_is_no_longer_older(post: Post) -> None:
    Mailbox.objects.filter(pk=post.mailbox.pk).update(import_done=500, import_total=500, import_older=6)
    post.file_at({}, outcomes={4: "older"})
    batch = {2: Mail(), 3: Mail(), 4: Mail()}
    for _ in range(2):
        post.file_at(batch, progress=Progress.OLDER, outcomes={1: "gone", 5: "filtered"})
    assert progress_of(post) == (505, 505, 1)
    post.file_at({6: Mail(), 7: Mail()}, progress=Progress.OLDER)
    assert progress_of(post) == (507, 507, 0)  # more came than the server had counted
    assert FolderEntry.objects.filter(outcome="imported").count() == 5


@pytest.mark.parametrize("progress", [Progress.IMPORT, Progress.OLDER])
def test_replies_that_come_before_what_they_answer_wait_for_the_end(post: Post, progress: Progress) -> None:
    first = Mail("Offer")
    post.file(Mail("Edited", in_reply_to=first.message_id), progress=progress)
    post.file(first, progress=progress)
    assert not Mailbox.objects.get(pk=post.mailbox.pk).needs_regrouping


def test_of_new_mail_they_are_noted_at_once(post: Post) -> None:
    first = Mail("Offer")
    post.file(Mail("Edited", in_reply_to=first.message_id))
    post.file(first)
    assert Mailbox.objects.get(pk=post.mailbox.pk).needs_regrouping
