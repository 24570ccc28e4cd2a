"""A POST with an Idempotency-Key acts once, however often it is sent."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from accounts.models import IdempotentReply, Membership
from accounts.tenancy import tenant
from crm.models import Contact
from tests.api.client import ApiClient, json_of, problem_of

pytestmark = pytest.mark.django_db

DANA = {"first_name": "Dana", "emails": ["dana@client.example"]}


def count_contacts(member: Membership) -> int:
    with tenant(member.account_id):
        return Contact.objects.count()


def test_the_same_key_and_body_answer_the_same(alice_api: ApiClient, alice: Membership) -> None:
    first = alice_api.post("contacts/", DANA, Idempotency_Key="k")
    again = alice_api.post("contacts/", {"emails": DANA["emails"], "first_name": "Dana"}, Idempotency_Key="k")
    assert json_of(again, 201) == json_of(first, 201)
    assert (again["Location"], again["Idempotent-Replayed"]) == (first["Location"], "true")
    assert count_contacts(alice) == 1


def test_the_same_key_with_another_body_or_path_is_refused(alice_api: ApiClient, alice: Membership) -> None:
    json_of(alice_api.post("contacts/", DANA, Idempotency_Key="k"), 201)
    problem_of(alice_api.post("contacts/", {"first_name": "Eve"}, Idempotency_Key="k"), 422, "idempotency-key-reused")
    problem_of(alice_api.post("companies/", {"name": "Dana"}, Idempotency_Key="k"), 422)
    assert count_contacts(alice) == 1


def test_another_key_acts_again(alice_api: ApiClient, alice: Membership) -> None:
    for key in ("k1", "k2"):
        json_of(alice_api.post("contacts/", DANA, Idempotency_Key=key), 201)
    assert count_contacts(alice) == 2


def test_keys_belong_to_one_member(alice_api: ApiClient, bob_api: ApiClient, charlie_api: ApiClient) -> None:
    ids = {
        json_of(api.post("contacts/", DANA, Idempotency_Key="k"), 201)["id"]
        for api in (alice_api, bob_api, charlie_api)
    }
    assert len(ids) == 3


def test_while_the_first_is_at_work_the_second_waits(alice_api: ApiClient, alice: Membership) -> None:
    json_of(alice_api.post("contacts/", DANA, Idempotency_Key="k"), 201)
    with tenant(alice.account_id):
        IdempotentReply.objects.update(status=0, body=None)
    problem_of(alice_api.post("contacts/", DANA, Idempotency_Key="k"), 409, "request-in-flight")


def test_what_a_dead_worker_left_gives_way(alice_api: ApiClient, alice: Membership) -> None:
    json_of(alice_api.post("contacts/", DANA, Idempotency_Key="k"), 201)
    with tenant(alice.account_id):
        IdempotentReply.objects.update(status=0, created_at=timezone.now() - timedelta(minutes=11))
    assert "Idempotent-Replayed" not in alice_api.post("contacts/", DANA, Idempotency_Key="k")


def test_a_refused_request_frees_the_key(alice_api: ApiClient) -> None:
    problem_of(alice_api.post("contacts/", {"emails": ["x"]}, Idempotency_Key="k"), 400)
    json_of(alice_api.post("contacts/", DANA, Idempotency_Key="k"), 201)


def test_a_fault_frees_the_key_and_leaves_nothing(alice_api: ApiClient, alice: Membership) -> None:
    alice_api.client.raise_request_exception = False
    with connection.execute_wrapper(_broken_addresses):
        problem_of(alice_api.post("contacts/", DANA, Idempotency_Key="k"), 500)
    assert count_contacts(alice) == 0
    json_of(alice_api.post("contacts/", DANA, Idempotency_Key="k"), 201)
    assert count_contacts(alice) == 1


def _broken_addresses(execute, sql, params, many, context):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    if 'INSERT INTO "crm_contactemail"' in sql:
        raise ZeroDivisionError(sql)
    return execute(sql, params, many, context)


def test_after_a_day_the_key_is_new(alice_api: ApiClient, alice: Membership) -> None:
    json_of(alice_api.post("contacts/", DANA, Idempotency_Key="k"), 201)
    with tenant(alice.account_id):
        IdempotentReply.objects.update(created_at=timezone.now() - timedelta(hours=25))
    json_of(alice_api.post("contacts/", {"first_name": "Eve"}, Idempotency_Key="k"), 201)


def test_a_key_has_its_bounds(alice_api: ApiClient) -> None:
    problem_of(alice_api.post("contacts/", DANA, Idempotency_Key="k" * 256), 400)


def test_the_kept_digest_is_no_plain_hash_of_a_password(alice_api: ApiClient, alice: Membership) -> None:
    """A stolen database must not let anybody guess what was in the body."""
    json_of(alice_api.post("contacts/", DANA, Idempotency_Key="k"), 201)
    with tenant(alice.account_id):
        before = IdempotentReply.objects.get().request_digest
    assert len(before) == 64
    assert "Dana" not in before
