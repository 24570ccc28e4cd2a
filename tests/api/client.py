"""A REST client for tests: JSON in, JSON out."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.test import Client

from accounts.models import Membership
from accounts.tenancy import tenant
from accounts.tokens import allowed_scopes, create_token

if TYPE_CHECKING:
    from django.test.client import _MonkeyPatchedWSGIResponse as Answer

API = "/api/v1/"


class ApiClient:
    """Calls `/api/v1/` + path with this member's token, or as a stranger."""

    def __init__(self, member: Membership | None = None, scopes: list[str] | None = None) -> None:
        headers = {}
        if member:
            with tenant(member.account_id):
                wanted = allowed_scopes(member) if scopes is None else scopes
                self.token, secret = create_token(member, name="test", scopes=wanted)
            headers = {"Authorization": f"Bearer {secret}"}
        self.client = Client(headers=headers)

    def call(self, method: str, path: str, body: object = None, **headers: str) -> Answer:
        url = path if path.startswith(("/", "http")) else API + path
        content = b"" if body is None else json.dumps(body).encode()
        names = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.client.generic(method, url, content, content_type="application/json", headers=names)

    def get(self, path: str, **query: Any) -> Answer:
        url = path if path.startswith(("/", "http")) else API + path
        return self.client.get(url, query or None)

    def post(self, path: str, body: object = None, **headers: str) -> Answer:
        return self.call("POST", path, body, **headers)

    def patch(self, path: str, body: object) -> Answer:
        return self.call("PATCH", path, body)

    def delete(self, path: str) -> Answer:
        return self.call("DELETE", path)


def json_of(response: Answer, status: int = 200) -> Any:  # noqa: ANN401
    assert response.status_code == status, response.content
    return json.loads(response.content)


def problem_of(response: Answer, status: int, slug: str = "") -> dict[str, Any]:
    """The problem document, whose shape is checked."""
    found: dict[str, Any] = json_of(response, status)
    assert response["Content-Type"] == "application/problem+json"
    assert found["status"] == status
    assert set(found) >= {"type", "title", "status", "detail", "instance", "request_id", "errors"}
    assert found["request_id"] == response["X-Request-ID"]
    assert found["type"].startswith("urn:crm-mail:problem:")
    if slug:
        assert found["type"].endswith(f":{slug}"), found
    return found


def unknown_names(answer: HttpResponseBase) -> set[str]:
    """Fields and parameters that the API refused because it does not know them."""
    if answer.status_code != 400 or answer.get("Content-Type") != "application/problem+json":
        return set()
    assert isinstance(answer, HttpResponse)
    errors = json.loads(answer.content)["errors"]
    return {error["pointer"].removeprefix("#/") for error in errors if error["code"] == "unknown"}


def assert_closed(
    method: str, path: str, *, stranger: Membership | None = None, without: list[str] | None = None
) -> None:
    """401 without a token; for `stranger` 404; and 403 for his own token with the scopes `without`."""
    assert problem_of(ApiClient().call(method, path, {}), 401)
    if stranger is not None:
        problem_of(ApiClient(stranger).call(method, path, {}), 404, "not-found")
    if without is not None and stranger is not None:
        problem_of(ApiClient(stranger, without).call(method, path, {}), 403)


def connected_mailboxes(api: ApiClient) -> list[dict[str, Any]]:
    """Without that of the smart addresses, which every account has."""
    return [row for row in json_of(api.get("mailboxes/"))["results"] if row["kind"] != "system"]
