"""An import that dies anywhere is completed by the next worker: nothing lost, nothing doubled, counted once."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.core.management import CommandError, call_command
from django.utils import timezone
from pytest_django import Settings

from accounts.models import Membership
from mailkit import failpoints
from mailkit.failpoints import FailpointReached
from privacy import importing, orders
from privacy.errors import FileRefused, LeaseLost
from privacy.importing import import_some, request_import
from privacy.models import MailImport
from tests.privacy.builders import bring, counts, mbox_of
from tests.threads.builders import Mail, Post
from threads.models import Message

pytestmark = pytest.mark.rule("G16")


def let_the_lease_run_out() -> None:
    MailImport.objects.update(lease_until=timezone.now() - timedelta(seconds=1))


@pytest.fixture
def order(post: Post, alice: Membership, monkeypatch: pytest.MonkeyPatch) -> MailImport:
    """Five letters, two a batch."""
    monkeypatch.setattr(importing, "BATCH_LETTERS", 2)
    return request_import(alice, post.mailbox, ContentFile(mbox_of(*(Mail() for _ in range(5)))), "mail.mbox")


@pytest.mark.parametrize("place", ["I1:1", "I1:2", "I2:1", "I2:3", "Y11:1"])
def test_a_dead_workers_import_is_completed(place: str, order: MailImport, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(failpoints, "_hits", Counter())
    monkeypatch.setenv("FAILPOINT", f"{place}:raise")
    with pytest.raises(FailpointReached):
        import_some(order.pk)
    let_the_lease_run_out()
    assert not import_some(order.pk)
    order.refresh_from_db()
    assert (order.state, counts(order), Message.objects.count()) == ("done", (5, 0, 0, 0), 5)


def test_it_goes_on_where_it_was_when_time_is_up(order: MailImport) -> None:
    assert import_some(order.pk, seconds=-1)
    assert Message.objects.count() == 2
    assert import_some(order.pk, seconds=-1)
    assert import_some(order.pk, seconds=-1)
    assert not import_some(order.pk)
    assert Message.objects.count() == 5


def test_two_workers_never_share_one(order: MailImport) -> None:
    held = orders.claim(MailImport, order.pk)
    assert held is not None
    assert not import_some(order.pk)
    let_the_lease_run_out()
    import_some(order.pk)
    with pytest.raises(LeaseLost):
        orders.note(held, done_bytes=0)


def test_what_breaks_every_worker_is_given_up(order: MailImport, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(orders.MOST_CRASHES):
        assert orders.claim(MailImport, order.pk)
        let_the_lease_run_out()
    assert not import_some(order.pk)
    order.refresh_from_db()
    assert (order.state, order.stored_name) == ("failed", "")


def test_a_letter_that_the_database_refuses_is_named(
    post: Post, alice: Membership, monkeypatch: pytest.MonkeyPatch
) -> None:
    third = Mail()
    monkeypatch.setattr("threads.letter_rows.SNIPPET_CHARS", 300)  # the column takes 200
    wrong = Mail(text="x" * 290)
    order = bring(alice, post.mailbox, mbox_of(Mail(), wrong, third))
    assert counts(order) == (2, 0, 0, 1)
    assert order.failures == [{"number": 2, "reason": "unstorable"}]


def test_a_person_brings_no_more_than_the_limit(post: Post, alice: Membership, settings: Settings) -> None:
    settings.ATTACHMENTS_MAX_BYTES = 1000
    content = ContentFile(mbox_of(Mail(text="x" * 2000)))
    with pytest.raises(FileRefused):
        request_import(alice, post.mailbox, content, "mail.mbox")
    assert counts(bring(None, post.mailbox, mbox_of(Mail(text="x" * 2000), Mail()))) == (1, 0, 0, 1)


def test_the_command_imports_a_file(post: Post, tmp_path: Path) -> None:
    path, out = tmp_path / "mail.mbox", StringIO()
    path.write_bytes(mbox_of(Mail(), b"nothing\r\n\r\nx\r\n"))
    call_command("import_mbox", str(post.mailbox.pk), str(path), stdout=out)
    assert out.getvalue().splitlines() == ["done: 1 new, 0 known, 0 left out, 1 failed", "letter 2: no_letter"]
    with pytest.raises(CommandError):
        call_command("import_mbox", "999999", str(path))
