"""kill -9 anywhere in four workers, and a broker that forgets everything: every action once (I4)."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import pytest
from django.db import connection
from django.utils import timezone

from accounts.models import Membership
from accounts.tenancy import tenant
from automation.models import Run
from crm.models import Note
from crm.pipelines import create_pipeline
from mailboxes.models import Mailbox
from outbox.models import OutgoingMail
from tests.automation.letters import make_trigger, send
from tests.automation.stages import make_lead, make_person, make_template
from tests.conftest import MakeMailbox
from tracking.models import Hit

PROJECT = Path(__file__).resolve().parents[2]
# What four workers die at, together: one later than the other, where they come there again.
ROUNDS = (
    ("A1:1:kill", "A1:1:kill", "A2:1:kill", "A2:1:kill"),
    ("A3:1:kill", "A3:1:kill", "A4:1:kill", "A4:7:kill"),
    ("A5:1:kill", "A5:1:kill", "A6:1:kill", "A6:1:kill"),
)
LETTERS = 6  # a round
KILLED = -9


def work(account_id: int, *failpoints: str) -> list[int]:
    """The exit codes of workers, one for each failpoint."""
    database = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{connection.settings_dict['NAME']}")
    command = [sys.executable, "-m", "tests.automation.worker_process", str(account_id), *failpoints]
    environment = {**os.environ, "DATABASE_URL": urlunsplit(database)}
    done = subprocess.run(command, env=environment, cwd=PROJECT, timeout=120, capture_output=True, check=True)
    codes: list[int] = json.loads(done.stdout)
    return codes


class Office:
    """Triggers, and letters that were sent and opened, of which nobody was told."""

    def __init__(self, alice: Membership, sales: Mailbox) -> None:
        self.alice, self.sales = alice, sales
        self.new, qualified, *_rest = create_pipeline("Sales").stages.order_by("position")
        self.note = make_trigger(alice, "note", text="{id}").pk
        self.move = make_trigger(alice, "stage", stage=qualified.pk).pk
        self.thanks = make_trigger(alice, "mail", template=make_template(alice, "Thanks").pk).pk

    def send(self, number: int) -> None:
        """A letter starts two notes, a move and a letter."""
        person = make_person(f"Ann {number}", f"ann{number}@client.example")
        lead = make_lead(self.new, person)
        sent, opened = (self.note, self.move), (self.thanks, self.note)
        mail = send(self.alice, self.sales, person, lead=lead, sent=sent, opened=opened)
        Run.objects.filter(mail=mail).delete()
        OutgoingMail.objects.filter(pk=mail.pk).update(told_at=None)
        Hit.objects.create(tracked=mail.tracked, at=timezone.now(), method="GET", verdict="human")


@pytest.mark.rule("G08", "M60", "M61")
def test_every_action_is_done_once(transactional_db: None, alice: Membership, make_mailbox: MakeMailbox) -> None:
    sales = make_mailbox("sales@acme.example", account_of=alice)
    with tenant(alice.account_id):
        office, ends = Office(alice, sales), list[int]()
        for start, plans in enumerate(ROUNDS):
            for number in range(LETTERS):
                office.send(start * LETTERS + number)
            ends += work(alice.account.pk, *plans)
        assert set(ends) <= {0, KILLED}
        assert ends.count(KILLED) > len(ROUNDS)
        count = len(ROUNDS) * LETTERS
        assert set(Run.objects.values_list("state", flat=True)) == {"done"}
        assert Run.objects.count() == 4 * count
        assert Note.objects.count() == 2 * count
        assert OutgoingMail.objects.filter(is_automatic=True).count() == count
        assert not OutgoingMail.objects.exclude(triggers={}).filter(told_at=None).exists()
        assert not Hit.objects.filter(told_at=None).exists()
