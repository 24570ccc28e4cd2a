"""A stage's letters from the move to the trace: carried out by the engine of triggers."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import Account, Membership
from automation.depth import led_by
from automation.models import Run
from automation.reasons import Reason
from automation.running import carry_out_due
from crm.leads import move_lead
from crm.models import Stage
from outbox.models import OutgoingMail
from tests.automation.stages import make_action, make_lead, make_person, make_template, sent_to

pytestmark = pytest.mark.usefixtures("sales")


@pytest.mark.rule("M30", "M33")
def test_lead_that_moves_gets_its_letter_once_and_a_trace(alice: Membership, stages: list[Stage]) -> None:
    make_action(alice, stages[1], make_template(alice))
    move_lead(make_lead(stages[0], make_person("Ann", "ann@c.example")), stages[1])
    carry_out_due()
    carry_out_due()
    assert sent_to() == [["ann@c.example"]]
    run = Run.objects.get()
    assert (run.state, run.event, run.made_mail) == (Run.State.DONE, "moved", OutgoingMail.objects.get())


def test_letter_waits_for_its_time(alice: Membership, stages: list[Stage]) -> None:
    make_action(alice, stages[1], make_template(alice), delay_seconds=60)
    make_lead(stages[1], make_person("Ann", "ann@c.example"))
    carry_out_due()
    assert not sent_to()
    Run.objects.update(due_at=timezone.now() - timedelta(seconds=1))
    carry_out_due()
    assert sent_to() == [["ann@c.example"]]


@pytest.mark.rule("M33")
def test_trace_says_why_nobody_got_it(alice: Membership, account: Account, stages: list[Stage]) -> None:
    make_action(alice, stages[1], make_template(alice))
    make_lead(stages[1], make_person("Cid"))
    carry_out_due()
    make_lead(stages[1], make_person("Ann", "ann@c.example"))
    Account.objects.filter(pk=account.pk).update(mailer_enabled=False)
    carry_out_due()
    assert list(Run.objects.order_by("id").values_list("state", "reason")) == [
        (Run.State.SKIPPED, Reason.NO_ADDRESS),
        (Run.State.SKIPPED, Reason.MAILER_OFF),
    ]


@pytest.mark.rule("M33")
def test_lead_that_left_and_is_back_gets_one_letter(alice: Membership, stages: list[Stage]) -> None:
    make_action(alice, stages[1], make_template(alice))
    lead = make_lead(stages[1], make_person("Ann", "ann@c.example"))
    first = Run.objects.get()
    for stage in (stages[0], stages[1]):
        move_lead(lead, stage)
    # A worker had it in hands: it was not canceled.
    Run.objects.filter(pk=first.pk).update(state=Run.State.WAITING, reason="", ended_at=None)
    carry_out_due()
    assert sent_to() == [["ann@c.example"]]
    ends = list(Run.objects.order_by("id").values_list("state", "reason"))
    assert ends == [(Run.State.SKIPPED, Reason.LEFT_STAGE), (Run.State.DONE, "")]


@pytest.mark.rule("M98")
def test_stage_that_a_trigger_moved_a_lead_to_goes_on_counting(alice: Membership, stages: list[Stage]) -> None:
    make_action(alice, stages[1], make_template(alice))
    lead = make_lead(stages[0], make_person("Ann", "ann@c.example"))
    with led_by(3):
        move_lead(lead, stages[1])
    carry_out_due()
    assert OutgoingMail.objects.get().depth == 4
