"""A lead that is won or lost gets no more letters, wherever it is moved (R08)."""

from __future__ import annotations

from datetime import timedelta
from importlib import import_module
from pathlib import Path

import pytest
from django.db import connection
from django.utils import timezone

from accounts.models import Membership
from crm import migrations
from crm.contacts import ContactValues, create_contact
from crm.leads import LeadValues, create_lead, move_lead
from crm.models import CardEvent, Lead, Stage
from crm.pipelines import StageValues, default_stage, write_stage
from tests.crm.importing import imported
from tests.threads.builders import Mail, Post
from threads.models import Message
from threads.timeline import LETTERS, timeline

pytestmark = pytest.mark.rule("R08")


@pytest.fixture
def lead(post: Post) -> Lead:
    return create_lead(
        LeadValues("Deal", contacts=[create_contact(ContactValues("Anna", emails=["anna@client.example"]))])
    )


def stage(kind: str) -> Stage:
    return Stage.objects.filter(kind=kind)[0]


def letters(member: Membership, lead: Lead) -> list[str]:
    found = timeline(member, Lead.objects.select_related("stage").get(pk=lead.pk), kinds=LETTERS)
    return [entry.row.subject for entry in found.entries if isinstance(entry.row, Message)]


def closed_long_ago(lead: Lead) -> None:
    Lead.objects.filter(pk=lead.pk).update(closed_at=timezone.now() - timedelta(days=999))


def test_from_won_to_lost_nothing_comes_to_it(post: Post, alice: Membership, lead: Lead) -> None:
    post.file(Mail("Later"))
    move_lead(lead, stage("won"))
    assert letters(alice, lead) == ["Later"]  # it came before the lead was won
    closed_long_ago(lead)
    move_lead(lead, stage("lost"))
    assert letters(alice, lead) == []


def test_opened_again_it_gets_them_and_closes_anew(post: Post, alice: Membership, lead: Lead) -> None:
    move_lead(lead, stage("won"))
    closed_long_ago(lead)
    post.file(Mail("Later"))
    move_lead(lead, stage("open"))
    assert letters(alice, lead) == ["Later"]
    move_lead(lead, stage("lost"))
    assert letters(alice, lead) == ["Later"]


def test_made_in_a_closed_stage_it_is_closed(lead: Lead) -> None:
    assert lead.closed_at is None
    assert create_lead(LeadValues("Old", stage=stage("won"))).closed_at is not None


def test_an_import_closes_and_opens(alice: Membership, lead: Lead) -> None:
    imported(alice, "lead", f"ID,Lead name,Stage\n{lead.pk},Deal,Won\n")
    lead.refresh_from_db()
    first = lead.closed_at
    assert first is not None
    imported(alice, "lead", f"ID,Lead name,Stage\n{lead.pk},Deal,Lost\n")
    lead.refresh_from_db()
    assert (lead.stage.kind, lead.closed_at) == ("lost", first)
    imported(alice, "lead", f"ID,Lead name,Stage\n{lead.pk},Deal,New\n")
    lead.refresh_from_db()
    assert lead.closed_at is None


def test_a_stage_of_another_kind_closes_its_leads_or_opens_them(lead: Lead) -> None:
    first = default_stage()
    write_stage(StageValues(first.pipeline, first.name, 0, "won"), first)
    lead.refresh_from_db()
    assert lead.closed_at == lead.stage_since
    write_stage(StageValues(first.pipeline, first.name, 0, "open"), first)
    lead.refresh_from_db()
    assert lead.closed_at is None


def test_leads_of_before_were_closed_when_their_history_says(lead: Lead) -> None:
    now = timezone.now()
    for days, place in ((50, "Won"), (40, "New"), (30, "Won"), (10, "Lost")):
        event = CardEvent.objects.create(lead=lead, kind="moved", facts={"to": place})
        CardEvent.objects.filter(pk=event.pk).update(created_at=now - timedelta(days=days))
    untold = create_lead(LeadValues("Untold", stage=stage("won")))
    Lead.objects.filter(pk=lead.pk).update(stage=stage("lost"))
    Lead.objects.update(closed_at=None)
    with connection.cursor() as cursor:
        cursor.execute(closing_statement())
    closed = dict(Lead.objects.values_list("pk", "closed_at"))
    assert closed == {lead.pk: now - timedelta(days=30), untold.pk: untold.stage_since}


def closing_statement() -> str:
    """Of the migration that brought `closed_at`."""
    (file,) = (file for file in Path(migrations.__path__[0]).glob("*.py") if '"closed_at"' in file.read_text())
    return str(import_module(f"crm.migrations.{file.stem}").CLOSED)
