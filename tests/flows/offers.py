"""The ready-made offer scenario (M73) with a lead that waits for its offer, in the hands of real processes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from django.db.models import Q
from django.utils import timezone
from pytest_django.live_server_helper import LiveServer

from accounts.models import Account, Membership
from automation.models import Run
from automation.ready_made import OfferSet, OfferValues, add_offer
from crm.leads import move_lead
from crm.models import Lead, Stage
from crm.pipelines import create_pipeline
from mailboxes.models import Credential, Mailbox
from mailboxes.secrets import store_secret
from mailkit.types import Secret
from tests.automation.stages import make_lead, make_person
from tests.conftest import MakeMailbox
from tests.flows.waiting import eventually
from tests.flows.world import World, let_pass
from tests.servers.smtp_sink import ReceivedLetter, SmtpSink
from tracking.models import Hit

URL = "https://acme.example/offer.pdf"
EVIDENCE_IS_IN = timedelta(minutes=1)


@dataclass
class Offer:
    """The scenario, and a lead that waits for its offer."""

    parts: OfferSet
    qualified: Stage
    lead: Lead
    sink: SmtpSink
    world: World

    def send(self) -> ReceivedLetter:
        """The lead moves; an hour ago now."""
        move_lead(self.lead, self.qualified)
        eventually(lambda: self.stage() == "Offer sent")
        let_pass(timedelta(hours=1))
        [letter] = self.sink.letters
        return letter

    def stage(self) -> str:
        self.lead.refresh_from_db()
        return self.lead.stage.name

    def settle_hits(self) -> None:
        """The evidence of all hits is in; what was to follow has been written down."""
        let_pass(EVIDENCE_IS_IN)
        acting = Hit.objects.filter(verdict__in=("human", "unknown"), told_at=None)
        eventually(lambda: not Hit.objects.filter(verdict="").exists() and not acting.exists())
        at_work = Q(due_at__lte=timezone.now()) | Q(attempts__gt=0)
        eventually(lambda: not Run.objects.filter(at_work, state="waiting").exists())


@pytest.fixture
def offer(
    real_worker: Path,
    in_account: Account,
    alice: Membership,
    make_mailbox: MakeMailbox,
    smtp_sink: SmtpSink,
    live_server: LiveServer,
) -> Offer:
    box = make_mailbox("sales@acme.example", owner=alice)
    servers = {"smtp_port": smtp_sink.port, "smtp_security": "none", "smtp_username": smtp_sink.user}
    Mailbox.objects.filter(pk=box.pk).update(imap_host="", next_sync_at=None, **servers)
    store_secret(box, Credential.Field.SMTP_PASSWORD, Secret(smtp_sink.password))
    kinds = (("New", "open"), ("Qualified", "open"), ("Won", "won"))
    new, qualified, _won = create_pipeline("Sales", kinds).stages.order_by("position")
    parts = add_offer(alice, OfferValues(qualified, URL))
    lead = make_lead(new, make_person("Ann", "ann@client.example"), responsible=alice)
    return Offer(parts, qualified, lead, smtp_sink, World(live_server))
