"""Letters that have ended, and hits that were judged, are heard of: by a signal, and by a sweep when that is lost."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone
from pytest_django import DjangoCaptureOnCommitCallbacks

from accounts.models import Membership
from automation import news, tasks
from crm.models import Contact, Stage
from mailboxes.models import Mailbox
from outbox import states
from outbox.composing import compose
from outbox.models import OutgoingMail
from outbox.signals import letters_ended
from tests.automation.letters import carry_out, end, ended, make_trigger, send
from tests.automation.stages import make_person, make_template
from tracking.models import Hit

State = OutgoingMail.State


@pytest.fixture
def ann(stages: list[Stage]) -> Contact:
    return make_person("Ann", "ann@client.example")


@pytest.fixture
def mail(alice: Membership, sales: Mailbox, ann: Contact) -> OutgoingMail:
    """On its way, with a trigger."""
    note = make_trigger(alice, "note", text="sent")
    made = send(alice, sales, ann, state=State.SENDING, sent=(note.pk,))
    made.refresh_from_db()
    return made


@pytest.mark.rule("M60", "M63")
@pytest.mark.parametrize("how", ["taken", "sent", "failed"])
def test_the_end_of_a_letter_is_told_after_the_commit(
    mail: OutgoingMail, how: str, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    heard: list[list[int]] = []

    def hear(mail_ids: list[int], **_facts: object) -> None:
        heard.append(mail_ids)

    letters_ended.connect(hear)
    states.note(mail, lease_token="7f6d0f7e-0000-4000-8000-000000000000")
    with django_capture_on_commit_callbacks(execute=True):
        if how == "taken":
            states.mark_taken(mail, timezone.now())
        elif how == "sent":
            states.mark_sent(mail, timezone.now())
        else:
            states.mark_failed(mail, code="refused", detail="")
        assert heard == []
    letters_ended.disconnect(hear)
    assert heard == [[mail.pk]]


@pytest.mark.rule("M60", "M61")
def test_a_task_carries_out_what_is_due_at_once(alice: Membership, sales: Mailbox, ann: Contact) -> None:
    note = make_trigger(alice, "note", text="x")
    mail = send(alice, sales, ann, sent=(note.pk,), opened=(note.pk,))
    OutgoingMail.objects.update(told_at=None)
    tasks.note_letters(alice.account.pk, [mail.pk])
    assert ended() == [("sent", "done", "")]
    hit = Hit.objects.create(tracked=mail.tracked, at=timezone.now(), method="GET", verdict="unknown")
    tasks.note_hits(alice.account.pk, [hit.pk])
    tasks.note_news(alice.account.pk)
    assert ended() == [("sent", "done", ""), ("opened", "done", "")]


@pytest.mark.rule("M60")
def test_the_sweep_finds_what_nobody_was_told(alice: Membership, mail: OutgoingMail) -> None:
    assert news.list_accounts_with_news() == []
    OutgoingMail.objects.update(
        state=State.SENT, sent_at=timezone.now(), created_at=timezone.now() - timedelta(minutes=1)
    )
    assert news.list_accounts_with_news() == [alice.account_id]
    news.note_waiting()
    carry_out()
    assert ended() == [("sent", "done", "")]
    assert news.list_accounts_with_news() == []
    Hit.objects.create(tracked=mail.tracked, at=timezone.now() - timedelta(minutes=1), method="GET", verdict="human")
    assert news.list_accounts_with_news() == [alice.account_id]
    news.note_waiting()
    assert news.list_accounts_with_news() == []


@pytest.mark.rule("M98", "G08")
def test_what_a_rule_sends_says_that_it_is_automatic(alice: Membership, sales: Mailbox, ann: Contact) -> None:
    trigger = make_trigger(alice, "mail", template=make_template(alice, "Thanks").pk)
    own = send(alice, sales, ann, sent=(trigger.pk,))
    carry_out()
    made = OutgoingMail.objects.exclude(pk=own.pk).get()
    assert compose(made).extra_headers["Auto-Submitted"] == "auto-generated"
    assert "Auto-Submitted" not in compose(own).extra_headers
    end(made)
    assert len(ended()) == 1  # the template has no triggers: nothing follows
