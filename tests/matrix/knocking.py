"""What one member gets at one door, as one character."""

from __future__ import annotations

import json
from dataclasses import dataclass
from http import HTTPStatus
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import urlencode

from django.apps import apps
from django.db import connection
from django.http import HttpResponseBase
from django.test import Client
from django.urls import reverse

from accounts.models import Membership
from accounts.tenancy import is_tenant_model, tenant
from tests.api.client import ApiClient, unknown_names
from tests.matrix.doors import Door
from tests.matrix.world import ADDRESS, CLIENT, COMMON, CONTENT, CONTENT_ID, LEFT_OUT_UID, ROLES, World, undone

#: These refuse a field that they do not know.
LETTER_DOORS = ("api/v1/drafts/", "api/v1/drafts/{pk}/", "api/v1/outbox/")
LETTER_FIELDS = ("mailbox", "to", "subject", "text", "reply_to_message", "contact", "lead")

#: Refused without a trace: it might as well not exist.
UNKNOWN = "-"
#: Refused with 403: the member knows of it, and may not do this.
FORBIDDEN = "x"
#: Answered, and nothing of the mailbox is in the answer or changed by it.
NOTHING = "."
#: Answered; of the mailbox nothing but its address.
ADDRESS_ONLY = "a"
#: Let in: shows something of the mailbox, or changes it.
IN = "y"


@dataclass
class Visitor:
    """One member with an open browser and a token; both stay the same while rights change.

    Both were used before, so that no request has to note that its member is here now.
    """

    letter: str
    member: Membership | None

    def __post_init__(self) -> None:
        self.browser, self.program = Client(), Client()
        if self.member:
            self.browser.force_login(self.member.user)
            self.program = ApiClient(self.member).client
            self.browser.get("/mail/inbox/")
            self.program.get("/api/v1/account/")
        self._cookies = self.browser.cookies.output()

    def knock(self, door: Door, path: str, form: dict[str, Any]) -> HttpResponseBase:
        """With all of the form that is known behind this door: the API names what is not."""
        answer = self._knock(door, path, form)
        unknown = unknown_names(answer)
        known = {name: value for name, value in form.items() if name not in unknown}
        return self._knock(door, path, known) if unknown else answer

    def _knock(self, door: Door, path: str, form: dict[str, Any]) -> HttpResponseBase:
        is_api = door.route.is_api
        client = self.program if is_api else self.browser
        client.raise_request_exception = False
        if door.method == "GET":
            return _sent(client, "GET", f"{path}?{urlencode(form, doseq=True)}", "", "")
        if is_api:
            return _sent(client, door.method, path, json.dumps(form), "application/json")
        fields = urlencode(form, doseq=True)  # in the address too: some pages read what they are about from there
        answer = _sent(client, door.method, f"{path}?{fields}", fields, "application/x-www-form-urlencoded")
        self.browser.cookies = SimpleCookie(self._cookies.replace("Set-Cookie: ", ""))  # what it did is undone
        return answer


def _sent(client: Client, method: str, url: str, body: str, content_type: str) -> HttpResponseBase:
    answer: HttpResponseBase = client.generic(method, url, body, content_type=content_type)
    return answer


def visitors_of(world: World) -> list[Visitor]:
    return [Visitor(letter, world.members.get(letter)) for letter in ROLES]


def forms_of(door: Door, world: World, box: str) -> list[dict[str, Any]]:
    """What is asked for: everything, and what lies in this mailbox."""
    rows = {kind: str(row_id) for kind, row_id in world.rows_of(box).items()}
    names = {
        **rows,
        "q": COMMON,
        "ids": [rows["thread"]],
        "contacts": [rows["contact"]],
        "reply": rows["message"],
        "reply_to": rows["message"],
        "reply_to_message": rows["message"],
        "responsible": rows["member"],
        "address": CLIENT,
        "cid": CONTENT_ID,
        "folder": "inbox",
        "uid": str(LEFT_OUT_UID),
        "signature": "{{mailbox.name}}",
        "provider": "google",
        "emails": "keep",
        "account": str(world.account.pk),
        "first_name": "Dana",
        "name": "Dana",
        "to": [CLIENT],
        "subject": "Hello",
        "text": "Hello",
        "body": "Hello",
    }
    if door.method == "GET" and not door.is_of_a_mailbox:
        return [{"q": COMMON, "text": COMMON}, names]
    if door.route.template == "api/v1/uploads/":
        del names["file"]  # a file or an attachment, not both
    if door.route.template in LETTER_DOORS:
        names = {name: names[name] for name in LETTER_FIELDS}  # any other field is refused
    if door.route.template == "cards/{kind}/write/":
        names["ids"] = [rows["contact"]]
    if door.route.template.startswith("api/v1/messages/"):
        names["ids"] = [rows["message"]]
    return [names]


def outcome(visitor: Visitor, door: Door, world: World, box: str) -> str:
    """The most that any of the questions gets out of it."""
    found = [_outcome(visitor, door, world, box, form) for form in forms_of(door, world, box)]
    return max(found, key=(UNKNOWN + FORBIDDEN + NOTHING + ADDRESS_ONLY + IN).index)


def _outcome(visitor: Visitor, door: Door, world: World, box: str, form: dict[str, Any]) -> str:
    mailbox_id = world.boxes[box].pk
    if box not in world.untouched:
        world.untouched[box] = _versions(world, mailbox_id)
    with undone():
        answer = visitor.knock(door, door.path(world.rows_of(box)), form)
        body = body_of(answer)
        is_changed = door.method != "GET" and _versions(world, mailbox_id) != world.untouched[box]
    if answer.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR and answer.status_code != HTTPStatus.SERVICE_UNAVAILABLE:
        raise AssertionError(f"{visitor.letter} at {door}: {answer.status_code} {body[:500]}")
    refused = _refused(answer)
    if is_changed or CONTENT[box] in body or (door.is_of_a_mailbox and not refused):
        return IN
    if ADDRESS[box] in body:
        return ADDRESS_ONLY
    return refused or NOTHING


def _refused(answer: HttpResponseBase) -> str:
    """ "" when it is not refused."""
    if _is_unknown(answer):
        return UNKNOWN
    return FORBIDDEN if answer.status_code == HTTPStatus.FORBIDDEN else ""


def _is_unknown(answer: HttpResponseBase) -> bool:
    if answer.status_code == HTTPStatus.FOUND:
        return answer.headers["Location"].startswith(reverse("account_login"))
    if answer.status_code == HTTPStatus.NO_CONTENT and "thread-gone" in answer.headers.get("HX-Trigger", ""):
        return True  # "gone" and "not yours" are one answer, which an open page understands
    return answer.status_code in (HTTPStatus.UNAUTHORIZED, HTTPStatus.NOT_FOUND)


def body_of(answer: HttpResponseBase) -> str:
    content = b"".join(answer) if answer.streaming else answer.content  # type: ignore[attr-defined]
    return content.decode(errors="replace") + str(answer.headers)


def _versions(world: World, mailbox_id: int) -> object:
    """The versions of all rows of a mailbox: other ones when anything was written, even the same values."""
    with tenant(world.account.pk), connection.cursor() as cursor:
        cursor.execute(_VERSIONS, {"mailbox": mailbox_id})
        return cursor.fetchall()


def _tables() -> list[tuple[str, str]]:
    """Of everything that belongs to a mailbox, with the column that says to which."""
    found = [("mailboxes_mailbox", "id")]
    for model in apps.get_models():
        names = {field.name for field in model._meta.local_fields}
        if is_tenant_model(model) and model._meta.managed and "mailbox" in names:
            found.append((model._meta.db_table, "mailbox_id"))
    return found


_OF_ONE_TABLE = "SELECT '{0}', xmin::text, ctid::text FROM {0} WHERE {1} = %(mailbox)s"
_VERSIONS = " UNION ALL ".join(_OF_ONE_TABLE.format(*table) for table in _tables()) + " ORDER BY 1, 2, 3"
