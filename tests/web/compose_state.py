"""What the compose dialog starts with, and what its script sends."""

from __future__ import annotations

import html
import json
import re
from typing import Any

from django.test import Client

from accounts.models import Membership

_STATE = re.compile(r'<script id="compose-state" type="application/json">(.*?)</script>', re.DOTALL)


def state_of(page: str) -> dict[str, Any]:
    found = _STATE.search(page)
    assert found
    state: dict[str, Any] = json.loads(html.unescape(found[1]))
    return state


def letter(**changes: Any) -> dict[str, Any]:
    facts = {"sender": "", "to": ["Ana <ana@client.example>"], "subject": "Hello", "format": "visual"}
    return {**facts, "body": "<p>Hi</p>", **changes}


class Script:
    """Asks as the script does: JSON, in the name of the member whose page it is on."""

    def __init__(self, client: Client, member: Membership) -> None:
        self.client = client
        self.member = member

    def post(self, path: str, payload: Any = None, version: int | None = None) -> Any:  # noqa: ANN401
        return self._ask("POST", path, payload, version)

    def put(self, path: str, payload: Any, version: int | None = None) -> Any:  # noqa: ANN401
        return self._ask("PUT", path, payload, version)

    def _ask(self, method: str, path: str, payload: Any, version: int | None) -> Any:  # noqa: ANN401
        headers = {"X-Member": str(self.member.pk), "HX-Request": "true"}
        if version is not None:
            headers["If-Match"] = f'"{version}"'
        return self.client.generic(method, path, json.dumps(payload), "application/json", headers=headers)
