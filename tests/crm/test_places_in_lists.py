"""The place where a page begins is ours to write: what others pack into it is no place, and never asked with."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.test import Client

from accounts.models import Account, Membership
from crm.contacts import ContactValues, create_contact
from crm.keyset import comparable, unpacked

NONSENSE = [
    "[" * 3000,
    json.dumps(["a\0", 1]),
    json.dumps(["\ud800", 1]),
    json.dumps([None, 1]),
    json.dumps(["n", "a\0", 1]),
    json.dumps(["9999-12-31T23:59:59-23:59", 1]),
    json.dumps(["0001-01-01T00:00:00+23:59", "letter", 1]),
    json.dumps(["2026-01-01T00:00:00+00:00", "letter", True]),
    json.dumps(["2026-01-01", 1]),
]


def packed(text: str) -> str:
    return base64.urlsafe_b64encode(text.encode()).decode()


@pytest.mark.parametrize(
    "value",
    ["a\0", "\ud800", True, datetime(2026, 1, 1), Decimal("NaN"), Decimal("1e99"), Decimal("1e9999999")],  # noqa: DTZ001
)
def test_what_no_column_holds_is_compared_with_none(value: object) -> None:
    with pytest.raises(ValueError):  # noqa: PT011  (some of them are the standard library's)
        comparable(value)


def test_what_was_packed_is_unpacked() -> None:
    assert unpacked(packed('["a", 1]').rstrip("=")) == ["a", 1]
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    assert [comparable(each) for each in ("a", 1, None, moment)] == ["a", 1, None, moment]


@pytest.mark.parametrize("place", NONSENSE, ids=range(len(NONSENSE)))
def test_pages_begin_at_the_beginning_then_and_the_api_says_no(
    in_account: Account, alice: Membership, client: Client, with_token: Callable[..., Client], place: str
) -> None:
    contact = create_contact(ContactValues("Ana"))
    client.force_login(alice.user)
    for url in ("/contacts/?after=", "/leads/?after=", "/tasks/?after=", f"/contacts/{contact.pk}/?after="):
        assert client.get(f"{url}{packed(place)}", headers={"HX-Request": "true"}).status_code == 200
    api = with_token(alice)
    for url in ("contacts/?cursor=", "tasks/?cursor=", f"contacts/{contact.pk}/timeline/?cursor="):
        assert api.get(f"/api/v1/{url}{packed(place)}").status_code == 400


def test_moments_beyond_the_calendar_narrow_nothing(in_account: Account, alice: Membership, client: Client) -> None:
    client.force_login(alice.user)
    for moment in ("9999-12-31T23:59:59-23:59", "0001-01-01T00:00:00%2B23:59", "0001-01-01", "9999-12-31"):
        assert client.get(f"/contacts/?created_after={moment}").status_code == 200
