"""Runs that ended long ago go, but for those that keep a trigger from acting twice."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone
from pytest_django import Settings

from accounts.models import Membership
from accounts.tenancy import every_account
from automation import forgetting, news
from automation.models import Run
from crm.models import Contact, Stage
from mailboxes.models import Mailbox
from outbox.models import OutgoingMail
from tests.automation.letters import carry_out, click, ended, make_link, make_trigger, open_letter, send
from tests.automation.stages import make_action, make_lead, make_person, make_template

LONG_AGO = timedelta(days=181)


@pytest.fixture
def ann(stages: list[Stage]) -> Contact:
    return make_person("Ann", "ann@client.example")


def forget(days: int = 181) -> int:
    """As if all that has ended had ended so long ago."""
    Run.objects.filter(ended_at__isnull=False).update(ended_at=timezone.now() - timedelta(days=days))
    with every_account("test"):
        return forgetting.forget_old_runs(timezone.now())


def events() -> list[str]:
    return list(Run.objects.order_by("id").values_list("event", flat=True))


@pytest.mark.rule("M33")
def test_what_was_done_once_and_for_all_goes_after_its_days(
    alice: Membership, sales: Mailbox, ann: Contact, stages: list[Stage], settings: Settings
) -> None:
    note = make_trigger(alice, "note", text="x")
    make_action(alice, stages[0], make_template(alice))
    make_lead(stages[0], ann)
    again = make_link(alice, note)
    click(send(alice, sales, ann, sent=(note.pk,), not_opened=(note.pk,), not_opened_after=60), again)
    carry_out(later=timedelta(minutes=2))
    assert events() == ["created", "sent", "not_opened", "clicked"]
    assert forget(days=179) == 0
    settings.RUN_KEEP_DAYS = 178
    assert forget(days=179) == 4
    assert events() == []


@pytest.mark.rule("M33")
def test_it_goes_a_batch_at_a_time(
    alice: Membership, sales: Mailbox, ann: Contact, monkeypatch: pytest.MonkeyPatch
) -> None:
    note = make_trigger(alice, "note", text="x")
    for _number in range(3):
        send(alice, sales, ann, sent=(note.pk,))
    carry_out()
    monkeypatch.setattr(forgetting, "AT_ONCE", 2)
    assert (forget(), forget(), forget()) == (2, 1, 0)


@pytest.mark.rule("M61", "M64")
def test_what_is_for_the_first_time_only_is_not_done_again(alice: Membership, sales: Mailbox, ann: Contact) -> None:
    note = make_trigger(alice, "note", text="x")
    once = make_link(alice, note, once=True)
    mail = send(alice, sales, ann, opened=(note.pk,))
    click(mail, once)
    carry_out()
    assert forget() == 0
    open_letter(mail)
    click(mail, once)
    carry_out()
    assert ended() == [("opened", "done", ""), ("clicked", "done", "")]
    assert ann.notes.count() == 2


@pytest.mark.rule("M63")
def test_a_letter_that_may_fail_again_is_remembered(alice: Membership, sales: Mailbox, ann: Contact) -> None:
    note = make_trigger(alice, "note", text="x")
    mail = send(alice, sales, ann, state="failed", failed=(note.pk,))
    carry_out()
    assert forget() == 0
    OutgoingMail.objects.filter(pk=mail.pk).update(told_at=None)  # as a person who tries it again leaves it
    news.note_letters([mail.pk])
    carry_out()
    assert ann.notes.count() == 1
    mail.delete()
    assert forget() == 1


@pytest.mark.rule("M62")
def test_one_of_several_letters_that_is_still_on_its_way(
    alice: Membership, sales: Mailbox, ann: Contact, stages: list[Stage]
) -> None:
    note = make_trigger(alice, "note", text="x")
    lead = make_lead(stages[0], ann)
    send(alice, sales, ann, lead=lead, not_opened=(note.pk,), not_opened_after=60)
    waiting = send(alice, sales, ann, lead=lead, state="queued", not_opened=(note.pk,), not_opened_after=60)
    carry_out(later=timedelta(minutes=2))
    assert forget() == 0
    waiting.delete()
    assert forget() == 1


def test_what_waits_stays(alice: Membership, sales: Mailbox, ann: Contact) -> None:
    note = make_trigger(alice, "note", delay_seconds=LONG_AGO.days * 2 * 86400, text="x")
    send(alice, sales, ann, sent=(note.pk,), at=timezone.now() - LONG_AGO)
    assert forget() == 0
    assert events() == ["sent"]
