"""`mailings/`: written, looked at, started and stopped by a program."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from accounts.models import Membership
from crm.leads import LeadValues, create_lead
from crm.tags import set_tags
from mailboxes.models import Mailbox
from outbox.feeding import feed
from outbox.models import Mailing
from tests.conftest import MakeMailbox
from tests.outbox.mailing_world import people, person

WithToken = Callable[[Membership], Client]
pytestmark = [pytest.mark.usefixtures("in_account"), pytest.mark.rule("M10", "M20", "M99")]
URL = "/api/v1/mailings/"
JSON = "application/json"


@pytest.fixture
def sales(alice: Membership, make_mailbox: MakeMailbox) -> Mailbox:
    return make_mailbox("sales@acme.example", account_of=alice)


def body_of(mailbox: Mailbox, **fields: Any) -> dict[str, Any]:
    html = '<p>Hello {{contact.name}}</p><a href="{unsubscribelink}">Unsubscribe</a>'
    return {"name": "News", "mailbox": str(mailbox.pk), "subject": "News", "body": html, **fields}


def test_a_mailing_from_contacts_to_its_end(alice: Membership, with_token: WithToken, sales: Mailbox) -> None:
    client = with_token(alice)
    made = client.post(URL, body_of(sales, contacts=[str(one.pk) for one in people(3)]), JSON).json()
    assert (made["state"], made["recipient_count"], made["counts"]["waiting"]) == ("draft", 3, 3)
    url = f"{URL}{made['id']}/"
    assert "Person0002" in client.post(f"{url}preview/", {"number": 2}, JSON).json()["html"]
    assert client.post(f"{url}test/", {}, JSON).json()["to"] == ["alice@acme.example"]
    assert client.patch(url, {"subject": "Newer"}, JSON).json()["subject"] == "Newer"
    started = client.post(f"{url}start/", {"confirmed": True}, JSON).json()
    assert (started["state"], started["subject"]) == ("running", "Newer")
    assert started["eta"]
    feed(int(made["id"]))
    assert client.get(f"/api/v1/outbox/?mailing={made['id']}").json()["results"][0]["subject"] == "Newer"
    assert client.post(f"{url}pause/").json()["counts"]["waiting"] == 3
    assert client.post(f"{url}resume/").json()["state"] == "running"
    assert client.post(f"{url}cancel/").json()["counts"]["canceled"] == 3
    assert client.post(f"{url}pause/").status_code == 409
    states = [row["state"] for row in client.get(f"{url}recipients/").json()["results"]]
    assert states == ["canceled"] * 3


@pytest.mark.rule("M10")
def test_without_a_name_it_has_that_of_its_template_or_its_subject(
    alice: Membership, with_token: WithToken, sales: Mailbox
) -> None:
    client, ids = with_token(alice), [str(one.pk) for one in people(1)]
    template = client.post("/api/v1/templates/", {"name": "Spring", "subject": "Now", "body": "Hi"}, JSON).json()
    whom = {"mailbox": str(sales.pk), "contacts": ids}
    assert client.post(URL, {**whom, "template": template["id"]}, JSON).json()["name"] == "Spring"
    assert client.post(URL, {**whom, "subject": "Autumn", "body": "Hi"}, JSON).json()["name"] == "Autumn"
    assert client.post(URL, whom, JSON).json()["errors"][0]["pointer"] == "#/name"


def test_leads_and_filters_name_people_too(alice: Membership, with_token: WithToken, sales: Mailbox) -> None:
    ana, _ben = person("Ana", "ana@client.example"), person("Ben", "ben@client.example")
    lead = create_lead(LeadValues("Ship", contacts=[ana]))
    client = with_token(alice)
    by_lead = client.post(URL, body_of(sales, leads=[str(lead.pk)]), JSON).json()
    row = client.get(f"{URL}{by_lead['id']}/recipients/").json()["results"][0]
    assert (row["contact"], row["lead"]) == (str(ana.pk), str(lead.pk))
    by_filter = client.post(URL, body_of(sales, filter={"kind": "contact", "q": "be"}), JSON).json()
    assert by_filter["filter"] == {"kind": "contact", "q": "be"}
    assert by_filter["recipient_count"] == 1
    assert client.post(URL, body_of(sales), JSON).status_code == 400


def test_several_tags_are_a_list_and_are_told_so(alice: Membership, with_token: WithToken, sales: Mailbox) -> None:
    ana, ben = person("Ana", "ana@client.example"), person("Ben", "ben@client.example")
    set_tags(ana, ["vip", "new"])
    set_tags(ben, ["vip"])
    given = {"kind": "contact", "tag": ["vip", "new"]}
    made = with_token(alice).post(URL, body_of(sales, filter=given), JSON).json()
    assert (made["filter"], made["recipient_count"]) == (given, 1)


@pytest.mark.parametrize(
    ("given", "wrong"),
    [
        ({"kind": "contact", "tags": "vip"}, "filter.tags"),
        ({"kind": "contact", "stage": "1"}, "filter.stage"),
        ({"kind": "contact", "created_after": "yesterday"}, "filter.created_after"),
        ({"kind": "contact", "company": "Acme"}, "filter.company"),
        ({"kind": "contact", "company": ["1", "2"]}, "filter.company"),
        ({"kind": "contact", "field_999": "red"}, "filter.field_999"),
        ({"kind": "contact", "tag": [f"t{number}" for number in range(11)]}, "filter.tag"),
        ({"kind": "contact", "q": "x" * 201}, "filter.q"),
        ({"kind": "people", "tag": "vip"}, "filter"),
        ({"tag": "vip"}, "filter"),
    ],
)
def test_a_filter_that_cannot_be_meant_makes_no_mailing(
    alice: Membership, with_token: WithToken, sales: Mailbox, given: dict[str, object], wrong: str
) -> None:
    """Left out, it would have been a mailing to everybody."""
    person("Ana", "ana@client.example")
    refused = with_token(alice).post(URL, body_of(sales, filter=given), JSON)
    assert refused.status_code == 400
    assert [error["pointer"] for error in refused.json()["errors"]] == ["#/" + wrong.replace(".", "/")]
    assert not Mailing.objects.exists()


def test_warnings_come_with_the_refusal(alice: Membership, with_token: WithToken, sales: Mailbox) -> None:
    client = with_token(alice)
    plain = body_of(sales, contacts=[str(person("Ana", "ana@client.example").pk)], body="", subject="")
    url = f"{URL}{client.post(URL, plain, JSON).json()['id']}/"
    refused = client.post(f"{url}start/", {"confirmed": True}, JSON)
    assert refused.status_code == 409
    assert [check["code"] for check in refused.json()["checks"]][:2] == ["no_subject", "no_text"]
    assert client.delete(url).status_code == 204


@pytest.mark.rule("M01", "G10")
def test_only_for_those_who_use_the_mailer_and_see_it(
    alice: Membership, bob: Membership, charlie: Membership, with_token: WithToken, sales: Mailbox
) -> None:
    made = with_token(alice).post(URL, body_of(sales, contacts=[str(one.pk) for one in people(1)]), JSON).json()
    assert with_token(bob).get(URL).status_code == 403
    assert with_token(charlie).get(f"{URL}{made['id']}/").status_code == 404
    assert with_token(charlie).get(URL).json()["results"] == []


def test_reports_and_the_list_of_who_wants_no_mail(alice: Membership, with_token: WithToken) -> None:
    client = with_token(alice)
    assert client.get("/api/v1/letter-reports/?first=2026-01-01&last=2026-01-31&by=author").json() == []
    assert client.get("/api/v1/letter-reports/?by=nothing").status_code == 400
    assert client.post("/api/v1/suppressions/", {"address": "ana@client.example"}, JSON).status_code == 201
    assert client.post("/api/v1/suppressions/", {"address": "nothing"}, JSON).status_code == 400
    assert client.get("/api/v1/suppressions/").json()["results"][0]["address"] == "ana@client.example"
