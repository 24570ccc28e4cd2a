"""Lists come in pages by keyset, and cost as many queries for 20 rows as for one."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Membership
from accounts.tenancy import tenant
from crm.models import Contact
from mailboxes.models import Mailbox
from tests.api.client import ApiClient, json_of, problem_of
from tests.api.conftest import MakeLetter

pytestmark = pytest.mark.django_db


@pytest.fixture
def contacts(alice: Membership) -> None:
    """Five, of whom three have the same name."""
    with tenant(alice.account_id):
        for name in ("Ada", "Bo", "Bo", "Bo", "Cy"):
            Contact.objects.create(first_name=name, name=name)


def walk(api: ApiClient, path: str, link: str, **query: Any) -> list[list[str]]:
    """The ids, page by page."""
    pages, url = [], path
    while url:
        page = json_of(api.get(url, **query))
        assert set(page) == {"next", "previous", "results"}
        pages.append([row["id"] for row in page["results"]])
        url, query = page[link], {}
    return pages


def flat(pages: list[list[str]]) -> list[str]:
    return [row_id for page in pages for row_id in page]


@pytest.mark.usefixtures("contacts")
def test_pages_forward_and_back_hold_each_row_once(alice_api: ApiClient) -> None:
    everything = walk(alice_api, "contacts/", "next")
    assert [len(page) for page in everything] == [5]
    pages = walk(alice_api, "contacts/", "next", limit=2)
    assert [len(page) for page in pages] == [2, 2, 1]
    assert flat(pages) == everything[0]
    second = json_of(alice_api.get("contacts/", limit=2))["next"]
    last = json_of(alice_api.get(json_of(alice_api.get(second))["next"]))
    assert last["next"] is None
    assert walk(alice_api, last["previous"], "previous") == [pages[1], pages[0]]


@pytest.mark.usefixtures("contacts")
def test_a_row_that_comes_meanwhile_moves_no_other(alice_api: ApiClient, alice: Membership) -> None:
    first = json_of(alice_api.get("contacts/", limit=2))
    with tenant(alice.account_id):
        Contact.objects.create(first_name="Al", name="Al")
    rest = walk(alice_api, first["next"], "next")
    names = [row["id"] for row in first["results"]] + flat(rest)
    assert len(names) == len(set(names)) == 5


@pytest.mark.usefixtures("contacts")
def test_the_limit_has_its_bounds(alice_api: ApiClient) -> None:
    assert len(json_of(alice_api.get("contacts/", limit=1000))["results"]) == 5
    for limit in ("0", "-1", "x", "", "²"):
        assert problem_of(alice_api.get("contacts/", limit=limit), 400)["errors"][0]["pointer"] == "#/limit"


@pytest.mark.parametrize("cursor", ["x", "!!", "bnVsbA", "WyJuIl0", "WyJuIixudWxsLG51bGxd", "W10", "eyJhIjoxfQ"])
def test_a_cursor_that_we_did_not_write(cursor: str, alice_api: ApiClient) -> None:
    for path in ("contacts/", "threads/", "stages/"):
        assert problem_of(alice_api.get(path, cursor=cursor), 400)["errors"][0]["pointer"] == "#/cursor"


def fill(alice: Membership, sales: Mailbox, make_letter: MakeLetter, api: ApiClient, count: int) -> None:
    for number in range(count):
        letter = make_letter(sales, f"Offer {number}")
        contact = json_of(api.post("contacts/", {"emails": ["dana@client.example", f"{number}@client.example"]}), 201)
        json_of(api.post("leads/", {"name": f"Lead {number}", "contacts": [contact["id"]]}), 201)
        json_of(api.post("companies/", {"name": f"Company {number}"}), 201)
        json_of(api.post("pipelines/", {"name": f"Pipeline {number}"}), 201)
        asked = {"mailbox": str(sales.pk), "to": ["a@b.example", "c@d.example"], "reply_to_message": str(letter.pk)}
        json_of(api.post("outbox/", {**asked, "undo_seconds": 60}), 201)


LISTS = ["threads/", "messages/", "outbox/", "contacts/", "companies/", "leads/", "pipelines/", "stages/", "users/"]


def test_a_list_of_20_costs_as_many_queries_as_one_of_1(
    alice: Membership, alice_api: ApiClient, sales: Mailbox, make_letter: MakeLetter
) -> None:
    counts = []
    for rows in (1, 19):
        fill(alice, sales, make_letter, alice_api, rows)
        counts.append({path: count_queries(alice_api, path) for path in [*LISTS, "search/?q=offer"]})
    assert counts[0] == counts[1]


def count_queries(api: ApiClient, path: str) -> int:
    with CaptureQueriesContext(connection) as queries:
        json_of(api.get(path))
    return len(queries)
