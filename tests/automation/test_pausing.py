"""When runs do not run: switched off, paused, broken (M01, M33)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.errors import NotAllowed
from accounts.models import Account, Membership
from automation import running
from automation.models import Run, Trigger
from automation.runs import pause_all, resume_all
from automation.triggers import delete_trigger
from crm.models import Contact, Note, Stage
from mailboxes.models import Mailbox
from tests.automation.letters import carry_out, ended, make_trigger, send
from tests.automation.stages import make_person


@pytest.fixture
def ann(stages: list[Stage]) -> Contact:
    return make_person("Ann", "ann@client.example")


@pytest.mark.rule("M72")
def test_a_delay_is_waited_for(alice: Membership, sales: Mailbox, ann: Contact) -> None:
    soon = make_trigger(alice, "note", "Soon", text="soon", delay_seconds=1)
    late = make_trigger(alice, "note", "Late", text="late", delay_seconds=3 * 366 * 86400)
    send(alice, sales, ann, sent=(soon.pk, late.pk))
    carry_out()
    assert Note.objects.count() == 0
    carry_out(later=timedelta(seconds=1))
    assert [note.text for note in Note.objects.all()] == ["soon"]


@pytest.mark.rule("M01", "M33")
def test_what_is_switched_off_or_gone_says_so(alice: Membership, sales: Mailbox, ann: Contact) -> None:
    first, second = (make_trigger(alice, "note", name, text="x", delay_seconds=60) for name in ("A", "B"))
    send(alice, sales, ann, sent=(first.pk, second.pk))
    Trigger.objects.filter(pk=first.pk).update(is_active=False)
    delete_trigger(alice, second)
    carry_out(later=timedelta(minutes=1))
    assert [reason for *_rest, reason in ended()] == ["switched_off", "deleted"]
    third = make_trigger(alice, "note", text="x", delay_seconds=60)
    send(alice, sales, ann, sent=(third.pk,))
    Account.objects.update(mailer_enabled=False)
    carry_out(later=timedelta(minutes=1))
    assert ended()[-1] == ("sent", "skipped", "mailer_off")


def test_all_is_paused_and_resumed(alice: Membership, bob: Membership, sales: Mailbox, ann: Contact) -> None:
    note = make_trigger(alice, "note", text="x")
    with pytest.raises(NotAllowed):
        pause_all(bob)
    pause_all(alice)
    for _number in range(2):
        send(alice, sales, ann, sent=(note.pk,))
    carry_out()
    assert running.list_accounts_with_due(timezone.now()) == []
    first = Run.objects.order_by("id")[0]
    Run.objects.filter(pk=first.pk).update(due_at=timezone.now() - timedelta(hours=25))
    resume_all(alice)
    carry_out()
    assert ended() == [("sent", "skipped", "paused_too_long"), ("sent", "done", "")]


def test_what_breaks_its_worker_is_given_up_and_spoils_no_other(
    alice: Membership, sales: Mailbox, ann: Contact
) -> None:
    good, bad = (make_trigger(alice, "note", name, text="x") for name in ("Good", "Bad"))
    Trigger.objects.filter(pk=bad.pk).update(settings={})  # as no release of ours writes it
    send(alice, sales, ann, sent=(good.pk, bad.pk))
    for _number in range(8):
        Run.objects.filter(state="waiting").update(due_at=timezone.now())
        try:
            running.carry_out_due()
        except KeyError:
            continue
    assert ended() == [("sent", "done", ""), ("sent", "failed", "broken")]
    assert Note.objects.count() == 1
