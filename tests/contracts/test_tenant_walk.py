"""Charlie and a stranger knock at every door of both faces with the numbers of Alice's rows, and get nothing (G10)."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlencode

import pytest
from django.http import HttpResponseBase
from django.test import Client

from accounts.models import Membership
from tests.api.client import ApiClient, unknown_names
from tests.conftest import MakeMailbox
from tests.contracts.acme_rows import CANARY, everything_of, make_rows
from tests.contracts.routes import Route, all_routes

pytestmark = [pytest.mark.django_db, pytest.mark.rule("G10")]

KIND_OF_PATH = {
    "account-exports": "export",
    "arrived-letters": "arrived",
    "users": "member",
    "colleagues": "colleague",
    "groups": "group",
    "stores": "store",
    "tokens": "token",
    "mailboxes": "mailbox",
    "threads": "thread",
    "messages": "message",
    "attachments": "attachment",
    "outbox": "outbox",
    "drafts": "draft",
    "withheld-letters": "withheld",
    "contacts": "contact",
    "companies": "company",
    "imports": "import",
    "leads": "lead",
    "customers": "customer",
    "custom-fields": "field",
    "templates": "template",
    "suppressions": "suppression",
    "image-consents": "consent",
    "pipelines": "pipeline",
    "stages": "stage",
    "mailings": "mailing",
    "stage-actions": "stage_action",
    "tags": "tag",
    "notes": "note",
    "form-answers": "form_answer",
    "tasks": "task",
    "task-types": "task_type",
    "triggers": "trigger",
    "trigger-links": "trigger_link",
    "runs": "run",
    "pages": "page",
    "page-links": "page_link",
    "page-subdomains": "subdomain",
}
KINDS_WITHIN = ("quarantine", "invitation", "alias", "upload", "file")
KIND_OF_ARGUMENT = {f"{kind}_id": kind for kind in [*KIND_OF_PATH.values(), *KINDS_WITHIN]}
KIND_OF_ARGUMENT |= {"mail_id": "outbox", "card_id": "contact", "link_id": "trigger_link"}
# What names no row of an account: part of a place, or a secret that only its owner has.
PLAIN = {
    "folder": "inbox",
    "secret": "guessed",
    "key": "guessed",
    "uidb36": "1",
    "authenticator_id": "1",
    "number": "0",
    "kind": "contact",
    "change": "add-tags",
    "step": "pause",
    "card_type": "contact",
    "field_name": "name",
}
REFUSED = {301, 302, 401, 403, 404, 405}
METHODS = {True: ("GET", "POST", "PATCH", "DELETE"), False: ("GET", "POST")}
PRIVATE = {"mailbox", "quarantine", "thread", "message", "attachment", "outbox", "draft", "token", "member"}
# A 404 for its owner too: without a name of a picture or a letter to begin from, for an image that the letter has not.
NEEDS_MORE = {
    "mail/messages/{message_id}/picture/",
    "mail/{folder}/{thread_id}/earlier/",
    "mail/messages/{message_id}/images/{number}/",
    "api/v1/messages/{pk}/images/{number}/",
}
SILENT = {"mail/{folder}/{thread_id}/tail/"}  # "gone" and "not yours" are the same 204 without a word

Rows = dict[str, int]


@pytest.fixture
def rows(alice: Membership, make_mailbox: MakeMailbox) -> Rows:
    return make_rows(alice, make_mailbox(f"{CANARY}@acme.example", owner=alice))


def path_of(route: Route, rows: Rows) -> str:
    """With Alice's numbers. An argument nobody has told us of is a KeyError: tell here what it names."""
    values = {name: PLAIN.get(name) or rows[kind_of(route, name)] for name in route.arguments}
    return "/" + route.template.format(**values)


def kind_of(route: Route, argument: str) -> str:
    return KIND_OF_PATH[route.template.split("/")[2]] if argument == "pk" else KIND_OF_ARGUMENT[argument]


def kinds_of(route: Route) -> set[str]:
    return {kind_of(route, name) for name in route.arguments if name not in PLAIN}


def names_a_row(route: Route) -> bool:
    return bool(kinds_of(route))


def body_of(response: HttpResponseBase) -> str:
    content = b"".join(response) if response.streaming else response.content  # type: ignore[attr-defined]
    return content.decode(errors="replace") + str(response.headers)


def form_of(rows: Rows) -> dict[str, Any]:
    """Alice's numbers under every name that a face reads from a body or a query."""
    return {
        **{kind: str(row_id) for kind, row_id in rows.items()},
        "ids": [str(rows["thread"])],
        "contacts": [str(rows["contact"])],
        "reply": str(rows["message"]),
        "responsible": str(rows["member"]),
        "reply_to_message": str(rows["message"]),
        "first_name": "Eve",
        "name": "Eve",
        "to": ["eve@globex.example"],
        "subject": "Hello",
        "text": "Hello",
    }


def knock(client: Client, method: str, path: str, form: dict[str, Any]) -> HttpResponseBase:
    """With all of the form that is known behind this door: the API names what is not."""
    response = knock_once(client, method, path, form)
    unknown = unknown_names(response)
    return (
        knock_once(client, method, path, {k: v for k, v in form.items() if k not in unknown}) if unknown else response
    )


def knock_once(client: Client, method: str, path: str, form: dict[str, Any]) -> HttpResponseBase:
    client.raise_request_exception = False
    query = urlencode(form, doseq=True)
    if path.startswith("/api/"):
        body, content_type = json.dumps(form), "application/json"
    else:
        body, content_type = query, "application/x-www-form-urlencoded"
    url = f"{path}?{query}" if method == "GET" else path
    response: HttpResponseBase = client.generic(method, url, body, content_type=content_type)
    return response


def client_of(member: Membership | None, route: Route) -> Client:
    """Anew each time: one of the doors signs out."""
    if member and route.is_api:
        return ApiClient(member).client
    client = Client()
    if member:
        client.force_login(member.user)
    return client


def complaints(member: Membership | None, route: Route, rows: Rows) -> list[str]:
    path, found = path_of(route, rows), []
    for method in METHODS[route.is_api]:
        response = knock(client_of(member, route), method, path, form_of(rows))
        if response.status_code >= 500:
            found.append(f"{method} {path}: {response.status_code}")
        refused = REFUSED | ({204} if route.template in SILENT else set())
        if names_a_row(route) and response.status_code not in refused:
            found.append(f"{method} {path}: not refused, {response.status_code}")
        if CANARY in body_of(response):
            found.append(f"{method} {path}: shows Alice's data")
    return found


@pytest.mark.parametrize("who", ["charlie", "nobody"])
@pytest.mark.parametrize("face", ["api", "pages"])
def test_every_door_is_closed(who: str, face: str, alice: Membership, charlie: Membership, rows: Rows) -> None:
    before = everything_of(alice)
    assert CANARY in str(before)
    routes = [route for route in all_routes() if route.is_api == (face == "api")]
    assert len(routes) > 30
    member = charlie if who == "charlie" else None
    found = [line for route in routes for line in complaints(member, route, rows)]
    assert found == []
    after = everything_of(alice)
    assert [label for label in before if before[label] != after[label]] == []


@pytest.mark.rule("K23")
def test_a_colleague_without_the_right_is_refused_as_well(alice: Membership, bob: Membership, rows: Rows) -> None:
    """The mailbox is Alice's own; cards are the whole account's, so theirs are left out."""
    routes = [route for route in all_routes() if names_a_row(route) and kinds_of(route) <= PRIVATE]
    assert {kind for route in routes for kind in kinds_of(route)} == PRIVATE
    before = everything_of(alice)
    assert [line for route in routes for line in complaints(bob, route, rows)] == []
    after = everything_of(alice)
    private = ("mailboxes.", "threads.", "outbox.")
    assert [label for label in before if label.startswith(private) and before[label] != after[label]] == []


def test_the_numbers_are_those_of_alices_rows(alice: Membership, rows: Rows) -> None:
    """Else every door would look closed: she herself finds something behind each."""
    routes = [route for route in all_routes() if names_a_row(route) and route.template not in NEEDS_MORE]
    answers = {route: knock(client_of(alice, route), "GET", path_of(route, rows), {}).status_code for route in routes}
    assert {kind for route in routes for kind in kinds_of(route)} == {
        *KIND_OF_PATH.values(),
        *KINDS_WITHIN,
    }
    assert [route.template for route, status in answers.items() if status in (401, 403, 404)] == []
