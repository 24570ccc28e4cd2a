"""However often something is told, and to however many people of a card, it is done once (I4)."""

from __future__ import annotations

import pytest

from accounts.models import Membership
from automation import news
from automation.models import Run
from crm.models import Contact, Lead, Stage
from mailboxes.models import Mailbox
from outbox.models import OutgoingMail
from tests.automation.letters import carry_out, click, ended, make_link, make_trigger, open_letter, send
from tests.automation.stages import make_lead, make_person
from tracking.models import Hit

Verdict = Hit.Verdict


@pytest.fixture
def ann(stages: list[Stage]) -> Contact:
    return make_person("Ann", "ann@client.example")


@pytest.fixture
def boat(stages: list[Stage], ann: Contact) -> Lead:
    return make_lead(stages[0], ann, make_person("Tim", "tim@client.example"))


@pytest.mark.rule("M60")
def test_a_letter_that_is_told_of_twice(alice: Membership, sales: Mailbox, ann: Contact) -> None:
    note = make_trigger(alice, "note", text="sent")
    mail = send(alice, sales, ann, sent=(note.pk,))
    OutgoingMail.objects.update(told_at=None)
    news.note_letters([mail.pk])
    carry_out()
    carry_out()
    assert ended() == [("sent", "done", "")]


@pytest.mark.rule("M61")
def test_the_second_opening_and_that_of_a_colleague(
    alice: Membership, sales: Mailbox, ann: Contact, boat: Lead
) -> None:
    note = make_trigger(alice, "note", text="opened")
    tim = Contact.objects.get(first_name="Tim")
    first, second = (send(alice, sales, who, lead=boat, opened=(note.pk,)) for who in (ann, tim))
    for mail in (second, first, first):
        open_letter(mail)
    assert ended() == [("opened", "waiting", "")]
    other = send(alice, sales, ann, lead=boat, opened=(note.pk,))
    open_letter(other)
    assert len(ended()) == 2


@pytest.mark.rule("M61", "G07")
def test_a_click_counts_as_opened_and_machines_count_for_nothing(
    alice: Membership, sales: Mailbox, ann: Contact
) -> None:
    note = make_trigger(alice, "note", text="opened")
    link = make_link(alice, make_trigger(alice, "note", "Followed", text="followed"))
    mail = send(alice, sales, ann, opened=(note.pk,))
    for verdict in (Verdict.PROXY, Verdict.SCANNER, Verdict.WAITING):
        open_letter(mail, verdict)
        click(mail, link, verdict)
    assert ended() == []
    click(mail, link, Verdict.UNKNOWN)
    assert [event for event, *_rest in ended()] == ["opened", "clicked"]


@pytest.mark.rule("M64", "M82")
def test_a_link_acts_each_time_or_once_for_a_card(alice: Membership, sales: Mailbox, ann: Contact, boat: Lead) -> None:
    note = make_trigger(alice, "note", text="followed")
    often, once = make_link(alice, note), make_link(alice, note, once=True)
    tim = Contact.objects.get(first_name="Tim")
    first, second = send(alice, sales, ann, lead=boat), send(alice, sales, tim, lead=boat)
    for mail in (first, first, second):
        click(mail, often)
    assert Run.objects.count() == 3
    for mail in (first, first, second):
        click(mail, once)
    assert Run.objects.count() == 4


@pytest.mark.rule("M62")
def test_what_one_of_them_opens_is_opened(alice: Membership, sales: Mailbox, ann: Contact, boat: Lead) -> None:
    note = make_trigger(alice, "note", text="nobody cares")
    tim = Contact.objects.get(first_name="Tim")
    _first, second = (
        send(alice, sales, who, lead=boat, not_opened=(note.pk,), not_opened_after=60) for who in (ann, tim)
    )
    open_letter(second)
    Run.objects.update(due_at=second.created_at)
    carry_out()
    assert ended() == [("not_opened", "skipped", "opened")]


@pytest.mark.rule("M62", "M33")
def test_an_open_ends_the_wait_at_once(alice: Membership, sales: Mailbox, ann: Contact) -> None:
    note = make_trigger(alice, "note", text="nobody cares")
    mail = send(alice, sales, ann, not_opened=(note.pk,), not_opened_after=24 * 3600)
    open_letter(mail, Hit.Verdict.PROXY)
    assert ended() == [("not_opened", "waiting", "")]
    open_letter(mail)
    assert ended() == [("not_opened", "skipped", "opened")]


@pytest.mark.rule("M62", "M33")
def test_a_letter_that_nobody_can_watch_says_so(alice: Membership, sales: Mailbox, ann: Contact) -> None:
    note = make_trigger(alice, "note", text="nobody cares")
    mail = send(alice, sales, ann, not_opened=(note.pk,), not_opened_after=60)
    mail.tracked.has_pixel = mail.tracked.has_links = False
    mail.tracked.save()
    Run.objects.update(due_at=mail.created_at)
    carry_out()
    assert ended() == [("not_opened", "skipped", "not_tracked")]


@pytest.mark.rule("M63")
def test_a_letter_that_failed_and_is_sent_after_all(alice: Membership, sales: Mailbox, ann: Contact) -> None:
    note = make_trigger(alice, "note", text="{error}")
    mail = send(alice, sales, ann, state=OutgoingMail.State.FAILED, failed=(note.pk,), sent=(note.pk,))
    mail.refresh_from_db()
    mail.state, mail.told_at, mail.sent_at = OutgoingMail.State.SENT, None, mail.created_at
    mail.save()
    news.note_waiting()
    assert [event for event, *_rest in ended()] == ["failed", "sent"]
