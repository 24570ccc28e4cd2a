"""Bodies about mailboxes and their servers, as the services want them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from api.domain_errors import field_error
from mailboxes.models import Mailbox
from mailboxes.reconnecting import ServerChange, ServersChange
from mailboxes.requests import USUAL_PORTS, ConnectRequest, ServerRequest
from mailkit.types import Secret, Security

SERVERS = ("imap", "smtp", "password")


def connect_request(data: Mapping[str, Any]) -> ConnectRequest:
    """With what is meant when it is left out (M03). Raises ValidationError."""
    both = data.get("password", "")
    given = data.get("imap") or {}
    imap = _server("imap", given, username=data["address"], password=both) if given else None
    smtp = _server(
        "smtp",
        data["smtp"],
        username=imap.username if imap else data["address"],
        password=both or (imap.password.value if imap else ""),
    )
    return ConnectRequest(
        address=data["address"],
        display_name=data.get("display_name", ""),
        kind=data["kind"],
        imap=imap,
        smtp=smtp,
        shared_with_admins=data.get("shared_with_admins", False),
        first_import=data.get("first_import", Mailbox.FirstImport.RECENT),
        save_send_only=True,  # the contract: gray is created, red is not
        owner_id=data.get("owner_id"),
    )


def _server(protocol: str, given: Mapping[str, Any], *, username: str, password: str) -> ServerRequest:
    security = Security(given.get("security", Security.TLS))
    secret = given.get("password", password)
    if not secret:
        raise field_error(f"{protocol}.password", _("Enter the password."), code="required")
    return ServerRequest(
        host=given["host"],
        port=given.get("port", USUAL_PORTS[protocol, security]),
        security=security,
        username=given.get("username", username),
        password=Secret(secret),
    )


def servers_change(data: Mapping[str, Any]) -> ServersChange:
    """What a body says about servers and passwords of a connected mailbox."""
    return ServersChange(
        imap=_server_change(data.get("imap")),
        smtp=_server_change(data.get("smtp")),
        password=_secret(data),
        drops_imap="imap" in data and data["imap"] is None,
    )


def _server_change(given: Mapping[str, Any] | None) -> ServerChange | None:
    if not given:
        return None
    security = given.get("security")
    return ServerChange(
        host=given.get("host"),
        port=given.get("port"),
        security=Security(security) if security else None,
        username=given.get("username"),
        password=_secret(given),
    )


def _secret(given: Mapping[str, Any]) -> Secret | None:
    return Secret(given["password"]) if given.get("password") else None
