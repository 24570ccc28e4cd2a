"""`mailboxes/`: connect them, test them, change them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import ApiToken
from api.domain_errors import field_error
from api.idempotency import idempotent
from api.resources.mailbox_quarantine import MailboxQuarantineView
from api.resources.mailbox_reports import MailboxReportsView
from api.resources.mailbox_serializers import ChangedMailboxSerializer, CheckReportSerializer, MailboxSerializer
from mailboxes.access import get_mailbox_for, get_managed_mailbox_for
from mailboxes.behavior import NAMES, MailboxSettings, change_settings, check_changes
from mailboxes.checking import check_servers
from mailboxes.models import Mailbox
from mailboxes.requests import ConnectRequest, ServerRequest, check_request
from mailboxes.services import change_servers, connect_mailbox, stored_request
from mailkit.types import Secret, Security
from sync.services import request_sync

USUAL_PORTS = {
    ("imap", Security.TLS): 993,
    ("imap", Security.STARTTLS): 143,
    ("imap", Security.NONE): 143,
    ("smtp", Security.TLS): 465,
    ("smtp", Security.STARTTLS): 587,
    ("smtp", Security.NONE): 25,
}
SERVERS = ("imap", "smtp", "password")


class MailboxView(MailboxReportsView, MailboxQuarantineView):
    """The mailboxes whose mail you read and write with."""

    queryset = Mailbox.objects
    serializer_class = MailboxSerializer
    read_scope = ApiToken.Scope.MAIL_READ
    write_scope = ApiToken.Scope.MAIL_WRITE
    ordering = ("address_key", "id")

    def get_serializer_class(self) -> type[serializers.Serializer[Any]]:
        """Actions name their own."""
        own: type[serializers.Serializer[Any]] = self.serializer_class
        return ChangedMailboxSerializer if self.action == "partial_update" else own

    def list(self, request: Request) -> Response:
        return self.respond_list(Mailbox.objects.visible_to(self.member).prefetch_related("filters"))

    def retrieve(self, request: Request, pk: str) -> Response:
        return Response(self.get_serializer(get_mailbox_for(self.member, pk)).data)

    @extend_schema(
        description="Tests the servers, saves, starts the import. When they do not work nothing is saved: a problem "
        "`mailbox-test-failed` with `steps`. When only SMTP works it is saved for sending (`gray`)."
    )
    @idempotent(is_atomic=False)
    def create(self, request: Request) -> Response:
        data = self.checked_data()
        changes = replace(_settings_of(data), shared_with_admins=None)  # that is part of connecting
        # Before the servers are asked, so that a wrong value leaves nothing behind.
        check_changes(self.member, Mailbox(), changes)
        mailbox = connect_mailbox(self.member, connect_request(data))
        return self.respond_created(change_settings(self.member, mailbox.pk, changes))

    @extend_schema(description="Changed servers are tested first. A server moves only together with its password.")
    def partial_update(self, request: Request, pk: str) -> Response:
        mailbox = get_managed_mailbox_for(self.member, pk)
        data = self.checked_data(partial=True)
        changes = _settings_of(data)
        check_changes(self.member, mailbox, changes)  # before the servers are asked and changed
        if any(name in data for name in SERVERS):
            change_servers(self.member, pk, changed_request(mailbox, data))
        return Response(self.get_serializer(change_settings(self.member, pk, changes)).data)

    @extend_schema(
        operation_id="mailboxes_test_new",
        responses={200: CheckReportSerializer},
        description="Tests servers; saves nothing. The body is that of a new one.",
    )
    @action(detail=False, methods=["post"], url_path="test", url_name="test-new")
    def test_new(self, request: Request) -> Response:
        asked = connect_request(self.checked_data())
        check_request(asked)
        return Response(CheckReportSerializer(check_servers(asked)).data)

    @extend_schema(
        request=None, responses={200: CheckReportSerializer}, description="Tests a mailbox with its stored password."
    )
    @action(detail=True, methods=["post"])
    def test(self, request: Request, pk: str) -> Response:
        asked = stored_request(get_managed_mailbox_for(self.member, pk))
        return Response(CheckReportSerializer(check_servers(asked)).data)

    @extend_schema(request=None, responses={202: MailboxSerializer}, description="Looks for new mail now.")
    @action(detail=True, methods=["post"])
    def sync(self, request: Request, pk: str) -> Response:
        mailbox = get_mailbox_for(self.member, pk)
        request_sync(mailbox)
        return Response(self.get_serializer(mailbox).data, status=202)


def _settings_of(data: Mapping[str, Any]) -> MailboxSettings:
    return MailboxSettings(**{name: data[name] for name in NAMES if name in data})


def connect_request(data: Mapping[str, Any]) -> ConnectRequest:
    """The body as the service wants it, with what is meant when it is left out (M03). Raises ValidationError."""
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


def changed_request(mailbox: Mailbox, data: Mapping[str, Any]) -> ConnectRequest:
    """The mailbox's servers with the changes in `data`. Raises ValidationError."""
    stored = stored_request(mailbox)
    smtp = _changed_server("smtp", stored.smtp, data.get("smtp") or {}, data.get("password"))
    if "imap" in data and data["imap"] is None:
        return replace(stored, imap=None, smtp=smtp)
    changes = data.get("imap") or {}
    imap: ServerRequest | None
    if stored.imap:
        imap = _changed_server("imap", stored.imap, changes, data.get("password"))
    else:
        imap = (
            _server("imap", changes, username=mailbox.address, password=data.get("password", "")) if changes else None
        )
    return replace(stored, imap=imap, smtp=smtp, save_send_only=stored.imap is None and not changes)


def _changed_server(
    protocol: str, stored: ServerRequest, changes: Mapping[str, Any], both: str | None
) -> ServerRequest:
    """Else whoever may change a mailbox could have its stored password sent to a server of theirs."""
    password = changes.get("password", both)
    moved: dict[str, Any] = {
        name: changes[name] for name in ("host", "port", "security", "username") if name in changes
    }
    is_moved = any(value != getattr(stored, name) for name, value in moved.items())
    if is_moved and not password:
        raise field_error(
            f"{protocol}.password", _("Enter the password again: it is not sent to another server."), code="required"
        )
    if "security" in moved:
        moved["security"] = Security(moved["security"])
    moved["password"] = Secret(password) if password else stored.password
    return replace(stored, **moved)
