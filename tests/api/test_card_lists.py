"""Lists of cards: filters and orderings."""

from __future__ import annotations

from urllib.parse import urlencode

import pytest

from accounts.models import Membership
from tests.api.client import ApiClient, json_of, problem_of

pytestmark = pytest.mark.django_db


def make(api: ApiClient, path: str, **body: object) -> str:
    return str(json_of(api.post(path, body), 201)["id"])


def names(api: ApiClient, path: str) -> list[str]:
    return [row["name"] for row in json_of(api.get(path))["results"]]


@pytest.fixture
def people(alice_api: ApiClient, bob: Membership) -> dict[str, str]:
    park = {"responsible": str(bob.pk), "emails": ["c@park.example"]}
    return {
        "Ana Morales": make(alice_api, "contacts/", first_name="Ana", last_name="Morales", tags=["VIP", "Madrid"]),
        "Ben Stone": make(alice_api, "contacts/", first_name="Ben", last_name="Stone", tags=["vip"]),
        "Cleo Park": make(alice_api, "contacts/", first_name="Cleo", last_name="Park", **park),
    }


def test_contacts_are_narrowed(alice_api: ApiClient, people: dict[str, str], bob: Membership) -> None:
    assert names(alice_api, "contacts/?q=mor") == ["Ana Morales"]
    assert names(alice_api, "contacts/?tag=VIP") == ["Ana Morales", "Ben Stone"]
    assert names(alice_api, "contacts/?tag=vip&tag=madrid") == ["Ana Morales"]
    assert names(alice_api, "contacts/?tag=unheard") == []
    assert names(alice_api, f"contacts/?responsible={bob.pk}") == ["Cleo Park"]
    assert names(alice_api, "contacts/?responsible=nobody") == ["Ana Morales", "Ben Stone"]
    assert names(alice_api, "contacts/?email=C@Park.example") == ["Cleo Park"]
    assert names(alice_api, "contacts/?created_after=2999-01-01") == []
    assert len(names(alice_api, "contacts/?created_before=2999-01-01T00:00:00Z")) == 3


@pytest.mark.parametrize("asked", ["created_after=soon", "ordering=phone"])
def test_what_is_no_value_is_refused(alice_api: ApiClient, asked: str) -> None:
    problem_of(alice_api.get(f"contacts/?{asked}"), 400, "invalid-request")


def test_customers_by_next_purchase_with_those_without_last(alice_api: ApiClient) -> None:
    for name, day in (("Late", "2027-03-01"), ("None B", None), ("Soon", "2027-01-05"), ("None A", None)):
        make(alice_api, "customers/", name=name, next_purchase_at=day)
    wanted = ["Soon", "Late", "None B", "None A"]
    assert names(alice_api, "customers/?ordering=next_purchase_at") == wanted
    assert names(alice_api, "customers/?next_purchase_before=2027-02-01") == ["Soon"]
    page, walked = json_of(alice_api.get("customers/?ordering=next_purchase_at&limit=1")), []
    while True:
        walked += [row["name"] for row in page["results"]]
        if not page["next"]:
            break
        page = json_of(alice_api.get(page["next"].split("/v1/")[1]))
    assert walked == wanted
    back = []
    while page["previous"]:
        page = json_of(alice_api.get(page["previous"].split("/v1/")[1]))
        back += [row["name"] for row in page["results"]]
    assert back == ["None B", "Late", "Soon"]


def test_leads_by_price(alice_api: ApiClient, people: dict[str, str]) -> None:
    make(alice_api, "leads/", name="Small", price="10")
    make(alice_api, "leads/", name="Open", contacts=[people["Ana Morales"]])
    make(alice_api, "leads/", name="Big", price="1000.50", tags=["vip"])
    assert names(alice_api, "leads/?ordering=-price") == ["Big", "Small", "Open"]
    page = json_of(alice_api.get("leads/?ordering=-price&limit=1"))
    assert names(alice_api, page["next"].split("/v1/")[1]) == ["Small"]
    assert names(alice_api, "leads/?q=morales") == ["Open"]
    assert names(alice_api, "leads/?q=bi") == ["Big"]
    assert names(alice_api, f"leads/?contact={people['Ana Morales']}") == ["Open"]


def test_own_fields_narrow(alice_api: ApiClient) -> None:
    field = {"entity": "company", "name": "Size", "type": "list", "options": ["Small", "Large"]}
    number = json_of(alice_api.post("custom-fields/", field), 201)["number"]
    switch = json_of(alice_api.post("custom-fields/", {"entity": "company", "name": "Paid", "type": "switch"}), 201)
    make(alice_api, "companies/", name="Acorn", custom_fields={number: "Small"})
    make(alice_api, "companies/", name="Oak", custom_fields={number: "Large", switch["number"]: True})
    assert names(alice_api, f"companies/?field_{number}=large") == ["Oak"]
    assert names(alice_api, f"companies/?field_{switch['number']}=1") == ["Oak"]
    assert names(alice_api, f"companies/?field_{switch['number']}=0") == ["Acorn"]
    assert names(alice_api, f"companies/?field_{number}=huge") == []


@pytest.mark.parametrize(
    ("type_", "stored", "asked", "others"),
    [
        ("text", "Red, large", ["red, LARGE", "Red, large "], ["red", "Red% large"]),
        ("numeric", -1234.5, ["-1234.5", "-1234,50"], ["1234.5", "much"]),
        ("multilist", ["b; c", "a"], ["a", "B; c"], ["b"]),
        ("date", "2026-02-28", ["2026-02-28"], ["2026-02-27", "soon"]),
        ("flag", True, ["1"], ["0"]),
    ],
)
def test_own_fields_of_all_kinds_narrow(
    alice_api: ApiClient, type_: str, stored: object, asked: list[str], others: list[str]
) -> None:
    options = {"options": ["a", "b; c"]} if type_ == "multilist" else {}
    field = {"entity": "contact", "name": "Own", "type": type_, **options}
    number = json_of(alice_api.post("custom-fields/", field), 201)["number"]
    make(alice_api, "contacts/", first_name="Ana", custom_fields={number: stored})
    for typed in asked:
        assert names(alice_api, f"contacts/?{urlencode({f'field_{number}': typed})}") == ["Ana"]
    for typed in others:
        assert names(alice_api, f"contacts/?{urlencode({f'field_{number}': typed})}") == []


@pytest.mark.rule("G10")
def test_another_account_finds_nothing(alice_api: ApiClient, people: dict[str, str], charlie: Membership) -> None:
    theirs = ApiClient(charlie)
    for asked in ("q=ana", "tag=vip", "responsible=nobody", "email=c@park.example"):
        assert names(theirs, f"contacts/?{asked}") == []
