"""Every error under /api/ is a problem document (RFC 9457)."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import override_settings

from accounts.models import Membership
from tests.api.client import ApiClient, json_of, problem_of

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("path", ["/api/nothing/", "/api/v1/nothing/", "/api/v2/me/", "/api/v1/me", "/api/"])
def test_an_unknown_path(path: str, anyone: ApiClient) -> None:
    for method in ("GET", "POST", "DELETE"):
        assert problem_of(anyone.call(method, path), 404, "not-found")["instance"] == path


def test_a_method_that_does_not_exist(alice_api: ApiClient) -> None:
    answer = alice_api.delete("me/")
    problem_of(answer, 405, "method-not-allowed")
    assert answer["Allow"] == "GET, PATCH, HEAD, OPTIONS"


def test_a_body_that_is_no_json(alice_api: ApiClient) -> None:
    answer = alice_api.client.generic("PATCH", "/api/v1/me/", b"{", content_type="application/json")
    problem_of(answer, 400, "parse-error")


def test_a_body_that_is_nested_too_deeply(alice_api: ApiClient) -> None:
    body = b"[" * 100_000
    problem_of(alice_api.client.generic("POST", "/api/v1/contacts/", body, content_type="application/json"), 400)


@pytest.mark.parametrize("body", [[], "text", 1, None, [1]])
def test_a_body_that_is_no_object(body: object, alice_api: ApiClient) -> None:
    problem_of(alice_api.post("contacts/", body if body is not None else "null"), 400)


def test_a_body_of_another_kind(alice_api: ApiClient) -> None:
    problem_of(alice_api.client.generic("POST", "/api/v1/contacts/", b"a=b", content_type="text/plain"), 415)


@pytest.mark.parametrize(
    ("path", "accepted", "sent"),
    [
        ("me/", "text/css", "application/json"),
        ("me/", "application/problem+json", "application/json"),
        ("cards/contact/export.csv", "text/csv", "text/csv; charset=utf-8"),
        ("templates/export/", "application/zip", "application/zip"),
    ],
)
def test_each_answer_has_one_form_which_a_client_may_ask_for(
    path: str, accepted: str, sent: str, alice_api: ApiClient
) -> None:
    answer = alice_api.client.get(f"/api/v1/{path}", headers={"Accept": accepted})
    answer.close()
    assert (answer.status_code, answer["Content-Type"]) == (200, sent)


def test_each_wrong_value_is_named_with_its_place(alice_api: ApiClient) -> None:
    asked = {"address": "a@b.example", "kind": "odd", "smtp": {"host": "mail.b.example", "port": "x"}}
    found = problem_of(alice_api.post("mailboxes/", asked), 400, "invalid-request")
    assert {error["pointer"] for error in found["errors"]} == {"#/kind", "#/smtp/port"}
    assert all(error["code"] and error["detail"] for error in found["errors"])


@pytest.mark.parametrize("value", ["\x00", "\ud800", "x" * 101])
def test_text_that_no_database_takes(value: str, alice_api: ApiClient) -> None:
    problem_of(alice_api.post("contacts/", {"first_name": value}), 400)


@pytest.mark.parametrize("row_id", ["abc", "9" * 30, "-1", "1.5", "0", "٣"])
def test_an_id_that_names_nothing(row_id: str, alice_api: ApiClient) -> None:
    for kind in ("contacts", "threads", "messages", "mailboxes", "outbox", "attachments", "users"):
        problem_of(alice_api.get(f"{kind}/{row_id}/"), 404)


def test_a_body_that_is_too_large(alice_api: ApiClient) -> None:
    with override_settings(DATA_UPLOAD_MAX_MEMORY_SIZE=100):
        problem_of(alice_api.post("contacts/", {"first_name": "x" * 100}), 413, "too-large")


def test_a_fault_of_ours(alice: Membership, monkeypatch: pytest.MonkeyPatch) -> None:
    """The tables are gone: a true fault, of which the answer gives nothing away."""
    api = ApiClient(alice)
    api.client.raise_request_exception = False
    with connection.execute_wrapper(_broken_contacts):
        found = problem_of(api.get("contacts/"), 500)
    assert "crm_contact" not in str(found)


def _broken_contacts(execute, sql, params, many, context):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    if "crm_contact" in sql:
        raise ZeroDivisionError(sql)
    return execute(sql, params, many, context)


def test_a_request_id_of_a_proxy_is_kept(alice_api: ApiClient) -> None:
    answer = alice_api.client.get("/api/v1/contacts/0/", headers={"X-Request-ID": "proxy-12345678"})
    assert problem_of(answer, 404)["request_id"] == "proxy-12345678"


def test_words_are_in_the_members_language(bob_api: ApiClient) -> None:
    json_of(bob_api.patch("me/", {"language": "es"}))
    answer = bob_api.post("contacts/", {"emails": 5})
    problem_of(answer, 400)
    assert answer["Content-Language"] == "es"


def test_another_host_is_refused_as_a_problem() -> None:
    answer = Client().get("/api/v1/me/", headers={"Host": "evil.example"})
    assert answer.status_code == 400
    assert answer["Content-Type"] == "application/problem+json"
