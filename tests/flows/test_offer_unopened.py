"""The other branch of the offer scenario (M73): for a day nobody but machines looks at the letter."""

from __future__ import annotations

from datetime import timedelta

import pytest

from automation.models import Run
from crm.models import Task
from letter_templates.trigger_choice import read_choice
from mailkit.mime_reader import parse_message
from outbox.models import OutgoingMail
from tests.flows.offers import EVIDENCE_IS_IN, Offer, offer
from tests.flows.waiting import eventually
from tests.flows.world import THUNDERBIRD, let_pass, links_of, pixel_of
from tests.servers.smtp_sink import ReceivedLetter
from tests.tracking.builders import FIREFOX, MACHINES
from tracking.models import Hit

__all__ = ["offer"]  # a fixture
pytestmark = [pytest.mark.flow]


def look_as_machines(offer: Offer, letter: ReceivedLetter) -> int:
    """Each in its way, over and over: proxies show the images, scanners ask for all there is; how often they asked."""
    link, bait = links_of(letter)
    count = 0
    for says in MACHINES:
        for method in ("GET", "HEAD"):
            for url in [pixel_of(letter), link] * 5:
                offer.world.ask(url, says, method)
                count += 1
    for says in (THUNDERBIRD, {"User-Agent": FIREFOX}):  # gateways that call themselves as people's programs do
        for url in (pixel_of(letter), link, bait):
            offer.world.ask(url, says)
            count += 1
    return count


@pytest.mark.rule("M62", "M69", "M73", "G07")
def test_an_offer_that_only_machines_look_at_is_sent_once_more_after_a_day(offer: Offer) -> None:
    letter = offer.send()
    assert look_as_machines(offer, letter) >= 200
    offer.settle_hits()
    assert set(Hit.objects.values_list("verdict", flat=True)) == {"proxy", "scanner"}
    mail, reminder_run = OutgoingMail.objects.get(), Run.objects.get(state="waiting")
    assert mail.tracked is not None
    assert (mail.tracked.open_count, mail.tracked.click_count, mail.tracked.opened_at) == (0, 0, None)
    assert mail.tracked.machine_count >= 200
    assert (offer.stage(), Task.objects.count(), len(offer.sink.letters)) == ("Offer sent", 0, 1)
    assert reminder_run.event == "not_opened"
    assert mail.sent_at is not None
    assert reminder_run.due_at == mail.sent_at + timedelta(days=1) - timedelta(hours=1) - EVIDENCE_IS_IN

    let_pass(timedelta(days=1))
    eventually(lambda: len(offer.sink.letters) == 2)
    eventually(lambda: not OutgoingMail.objects.filter(told_at=None).exists())
    reminder = OutgoingMail.objects.exclude(pk=mail.pk).get()
    assert (reminder.template, reminder.lead, reminder.depth) == (offer.parts.reminder, offer.lead, 2)
    assert parse_message(offer.sink.letters[1].raw).subject == "Our offer, once more"
    assert not read_choice(reminder.triggers).not_opened
    let_pass(timedelta(days=30))
    assert [run.event for run in Run.objects.order_by("id")] == ["moved", "sent", "not_opened"]
    assert not Run.objects.filter(state="waiting").exists()
    assert offer.stage() == "Offer sent"
