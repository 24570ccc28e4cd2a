"""Workers that count a contact's letters at the same time do not all find room (M98)."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connections
from pytest_django import Settings

from accounts.models import Membership
from accounts.tenancy import tenant
from automation import running
from automation.models import Run
from crm.pipelines import create_pipeline
from outbox.models import OutgoingMail
from tests.automation.letters import make_trigger, send
from tests.automation.stages import make_person, make_template
from tests.conftest import MakeMailbox

WORKERS = 4


def work(account_id: int) -> None:
    try:
        with tenant(account_id):
            running.carry_out_due()
    finally:
        connections.close_all()


@pytest.mark.django_db(transaction=True)
@pytest.mark.rule("M98", "G08")
@pytest.mark.parametrize(("send_to", "cap"), [("", "cap_template"), ("office@client.example", "cap_address")])
def test_no_more_than_the_cap(
    alice: Membership,
    make_mailbox: MakeMailbox,
    monkeypatch: pytest.MonkeyPatch,
    settings: Settings,
    send_to: str,
    cap: str,
) -> None:
    """To one person; or to one address, whoever the letter is about."""
    settings.TRIGGER_ADDRESS_PER_DAY = 3
    monkeypatch.setattr(running, "BATCH", 1)  # or the first worker takes them all
    sales = make_mailbox("sales@acme.example", account_of=alice)
    with tenant(alice.account_id):
        create_pipeline("Sales")
        ann = make_person("Ann", "ann@client.example")
        thanks = make_trigger(alice, "mail", template=make_template(alice, "Thanks", send_to=send_to).pk)
        for number in range(8):
            person = make_person(f"A{number}", f"a{number}@client.example") if send_to else ann
            send(alice, sales, person, sent=(thanks.pk,))
        with ThreadPoolExecutor(WORKERS) as pool:
            for turn in [pool.submit(work, alice.account.pk) for _worker in range(WORKERS)]:
                turn.result()
        assert OutgoingMail.objects.filter(is_automatic=True).count() == 3
        assert sorted(Run.objects.values_list("reason", flat=True)) == [""] * 3 + [cap] * 5
