"""The offer scenario (M73), added in one click and lived through: letter, open, task, click, stages."""

from __future__ import annotations

from datetime import timedelta

import pytest

from accounts.models import Membership
from automation.models import Run
from crm.leads import move_lead
from crm.models import Task
from tests.flows.offers import URL, Offer, offer
from tests.flows.waiting import eventually
from tests.flows.world import let_pass, links_of, pixel_of
from tracking.models import Hit

__all__ = ["offer"]  # a fixture
pytestmark = [pytest.mark.flow]
ACTS_WITHIN = timedelta(seconds=20)


@pytest.mark.rule("M30", "M61", "M64", "M73")
def test_an_offer_that_is_opened_and_read(offer: Offer, alice: Membership) -> None:
    letter = offer.send()
    assert letter.recipients == ("ann@client.example",)
    assert offer.world.ask(pixel_of(letter)) == (200, None)
    offer.settle_hits()
    task = Task.objects.get()
    assert (task.lead, task.responsible, task.type.code) == (offer.lead, alice, "call")
    assert task.text == "Call the client, who opened the letter: Our offer"
    assert offer.stage() == "Offer sent"

    link, _bait = links_of(letter)
    assert offer.world.ask(link) == (302, URL)
    eventually(lambda: offer.stage() == "Familiar with the offer")
    run, hit = Run.objects.get(event="clicked"), Hit.objects.get(link__isnull=False)
    assert run.ended_at is not None
    assert run.ended_at - hit.at < ACTS_WITHIN

    move_lead(offer.lead, offer.qualified.pipeline.stages.get(name="Won"))
    assert offer.world.ask(link) == (302, URL)
    offer.settle_hits()
    assert offer.stage() == "Won"
    let_pass(timedelta(days=1))
    offer.settle_hits()
    ends = Run.objects.order_by("id").values_list("event", "state", "reason")
    assert list(ends) == [
        ("moved", "done", ""),
        ("sent", "done", ""),
        ("not_opened", "skipped", "opened"),
        ("opened", "done", ""),
        ("clicked", "done", ""),
    ]
    assert (Task.objects.count(), len(offer.sink.letters)) == (1, 1)
