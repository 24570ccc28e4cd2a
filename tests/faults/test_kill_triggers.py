"""kill -9 of real workers at every step of trigger runs, and a broker that forgets everything: beat's sweep goes on,
every action is done once (I4).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.utils import timezone

from accounts.models import Account, Membership
from automation.models import Run
from crm.models import CardEvent, Note, Task
from crm.pipelines import create_pipeline
from crm.task_types import list_types
from crm_mail.embedded.valkey import Valkey
from mailboxes.models import Mailbox
from outbox.models import OutgoingMail
from tests.automation.letters import make_trigger, send
from tests.automation.stages import make_action, make_lead, make_person, make_template
from tests.conftest import MakeMailbox
from tests.faults.celery_workers import Workers
from tests.faults.test_broker_lost import broker
from tests.flows.waiting import eventually
from tracking.models import Hit

__all__ = ["broker"]  # a fixture
pytestmark = [pytest.mark.flow]

# What four workers die at, and how many of them do for certain; the others are killed wherever they are then.
ROUNDS = (
    (("A1:1:kill", "A2:1:kill", "A3:1:kill", "A4:7:kill"), 2),
    (("A3:1:kill", "A4:23:kill", "A5:1:kill", "A6:1:kill"), 4),
)
LETTERS = 40  # a round: as many runs as keep four workers in work
RUNS_OF_LETTER = 6  # two when it is sent, three when it is opened, and one of the stage
KILLED = -9


@pytest.fixture
def workers(transactional_db: None, broker: Valkey, tmp_path: Path) -> Iterator[Workers]:
    """They take up what happened and carry out what is due. No letter leaves."""
    workers = Workers(broker, tmp_path, ["interactive", "automation"], {})
    with workers.beating():
        yield workers


class Office:
    """Triggers of every sort that leaves something behind, and a stage that sends."""

    def __init__(self, alice: Membership, sales: Mailbox) -> None:
        self.alice, self.sales, self.leads = alice, sales, list[int]()
        self.new, qualified, *_rest = create_pipeline("Sales").stages.order_by("position")
        make_action(alice, qualified, make_template(alice, "Welcome"))
        note = make_trigger(alice, "note", text="{id}").pk
        move = make_trigger(alice, "stage", stage=qualified.pk).pk
        call = make_trigger(alice, "task", task_type=list_types()[0].pk, text="Call", due_in_seconds=60).pk
        thanks = make_trigger(alice, "mail", template=make_template(alice, "Thanks").pk).pk
        self.sent, self.opened = (note, move), (note, call, thanks)

    def write_letters(self, count: int) -> None:
        """Sent and opened, and nobody was told."""
        for _ in range(count):
            lead = make_lead(self.new, make_person("Ann", f"ann{len(self.leads)}@client.example"))
            [person] = lead.contacts.all()
            mail = send(self.alice, self.sales, person, lead=lead, sent=self.sent, opened=self.opened)
            Run.objects.filter(mail=mail).delete()
            OutgoingMail.objects.filter(pk=mail.pk).update(told_at=None)
            Hit.objects.create(tracked=mail.tracked, at=timezone.now(), method="GET", verdict="human")
            self.leads.append(lead.pk)


def let_leases_run_out() -> None:
    """Of the dead."""
    Run.objects.filter(state="waiting", attempts__gt=0).update(due_at=timezone.now())


@pytest.mark.rule("G08", "M60", "M61", "M33")
def test_every_action_is_done_once_whenever_workers_die(
    workers: Workers, in_account: Account, alice: Membership, make_mailbox: MakeMailbox
) -> None:
    sales = make_mailbox("sales@acme.example", account_of=alice)
    Mailbox.objects.filter(pk=sales.pk).update(is_account_default=True)
    office = Office(alice, sales)
    for points, certain in ROUNDS:
        office.write_letters(LETTERS)
        workers.start(*points)
        eventually(lambda: len(workers.ends()) >= certain, because=f"deaths at {points}", timeout=120)  # noqa: B023
        assert set(workers.ends()) == {KILLED}
        assert Run.objects.filter(state="waiting").exists(), "they died in the middle"
        workers.kill_all()
        let_leases_run_out()
    workers.start("", "", "", "")
    runs = RUNS_OF_LETTER * len(office.leads)
    eventually(lambda: Run.objects.exclude(state="waiting").count() == runs, because="the end", timeout=120)
    assert set(Run.objects.values_list("state", "reason")) == {("done", "")}
    assert_done_once(office)


def assert_done_once(office: Office) -> None:
    """By what stands on the cards, whatever the runs say of themselves."""
    assert Counter(Note.objects.values_list("lead", flat=True)) == Counter(office.leads * 2)
    assert Counter(Task.objects.values_list("lead", flat=True)) == Counter(office.leads)
    moves = CardEvent.objects.filter(kind="moved")
    assert Counter(moves.values_list("lead", flat=True)) == Counter(office.leads)
    letters = Counter(OutgoingMail.objects.filter(is_automatic=True).values_list("lead", "template__name"))
    assert letters == Counter((lead, name) for lead in office.leads for name in ("Thanks", "Welcome"))
    assert not OutgoingMail.objects.exclude(triggers={}).filter(told_at=None).exists()
    assert not Hit.objects.filter(told_at=None).exists()
