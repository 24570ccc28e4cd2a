"""The board of leads: columns with sums, narrowed and page by page, and moving from it."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Account, Membership
from crm.leads import LeadValues, create_lead
from crm.models import CardEvent, Lead, Stage
from crm.pipelines import default_stage
from crm.tags import set_tags

SignIn = Callable[[Membership], Client]
HTMX = {"HX-Request": "true"}


@pytest.fixture
def lead(in_account: Account, bob: Membership) -> Lead:
    return create_lead(LeadValues("40 licences", Decimal("9540"), responsible=bob))


def page_of(client: Client, **query: str) -> str:
    return client.get(reverse("lead_board"), query).content.decode()


def test_each_stage_has_its_leads_their_number_and_sum(signed_in: SignIn, bob: Membership, lead: Lead) -> None:
    create_lead(LeadValues("Chairs", Decimal("460")))
    page = page_of(signed_in(bob))
    assert 'class="board-count">2<' in page
    assert "10,000" in page
    assert page.index("Chairs") < page.index("40 licences")


def test_it_is_narrowed_like_the_list(signed_in: SignIn, alice: Membership, bob: Membership, lead: Lead) -> None:
    set_tags(create_lead(LeadValues("Chairs", responsible=alice)), ["Urgent"])
    client = signed_in(bob)
    for query in ({"q": "chairs"}, {"responsible": str(alice.pk)}, {"tag": "urgent"}):
        page = page_of(client, **query)
        assert "Chairs" in page
        assert "40 licences" not in page


def test_a_column_goes_on_where_it_ended(signed_in: SignIn, bob: Membership, in_account: Account) -> None:
    stage = default_stage()
    for number in range(45):
        create_lead(LeadValues(f"Deal {number:02}", stage=stage))
    client, names = signed_in(bob), []
    page = page_of(client)
    for _ in range(3):
        names += [line.split('"')[0] for line in page.split('data-name="Deal ')[1:]]
        place = page.split("before=")[1].split('"')[0] if "before=" in page else ""
        page = client.get(f"{reverse('lead_board')}?stage={stage.pk}&before={place}", headers=HTMX).content.decode()
    assert names == [f"{number:02}" for number in reversed(range(45))]
    shown = client.get(reverse("lead_board"), {"shown": f"{stage.pk}:40"}, headers=HTMX).content.decode()
    assert shown.count("board-card") == 40 + 5  # and the lists of the five columns


def test_it_costs_as_many_queries_however_many_leads(signed_in: SignIn, bob: Membership, lead: Lead) -> None:
    client, counts = signed_in(bob), []
    page_of(client)
    for _ in range(2):
        with CaptureQueriesContext(connection) as queries:
            page_of(client)
        counts.append(len(queries))
        Lead.objects.bulk_create(Lead(name="x", stage=lead.stage) for _ in range(30))
    assert counts[0] == counts[1]


def test_a_move_from_the_board_can_be_taken_back(signed_in: SignIn, bob: Membership, lead: Lead) -> None:
    client, won, first = signed_in(bob), Stage.objects.get(kind="won"), lead.stage
    answer = client.post(f"{reverse('lead_move', args=[lead.pk])}?stage={won.pk}", headers=HTMX)
    assert answer.status_code == 204
    undo = f"{reverse('lead_move', args=[lead.pk])}?stage={first.pk}&undo=1"
    assert undo in answer["HX-Trigger"]
    assert undo not in client.post(undo, headers=HTMX)["HX-Trigger"]
    lead.refresh_from_db()
    assert lead.stage == first
    moves = CardEvent.objects.filter(kind="moved", lead=lead).order_by("pk")
    assert [(event.actor, event.facts["from"], event.facts["to"]) for event in moves] == [
        (bob, first.name, won.name),
        (bob, won.name, first.name),
    ]


@pytest.mark.rule("G10")
def test_charlie_sees_and_moves_nothing(signed_in: SignIn, charlie: Membership, lead: Lead) -> None:
    client = signed_in(charlie)
    assert "40 licences" not in page_of(client)
    assert client.get(reverse("lead_board"), {"pipeline": lead.stage.pipeline_id}).status_code == 404
    url = f"{reverse('lead_move', args=[lead.pk])}?stage={lead.stage_id}"
    assert client.post(url, headers=HTMX).status_code == 404
