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
from api.resources.mailbox_aliases import MailboxAliasesView
from api.resources.mailbox_detect import MailboxDetectView
from api.resources.mailbox_imports import MailboxImportsView
from api.resources.mailbox_kinds import apply_kind, wanted_kind
from api.resources.mailbox_oauth import MailboxOAuthView
from api.resources.mailbox_quarantine import MailboxQuarantineView
from api.resources.mailbox_reports import MailboxReportsView
from api.resources.mailbox_requests import SERVERS, connect_request, servers_change
from api.resources.mailbox_serializers import (
    ChangedMailboxSerializer,
    CheckReportSerializer,
    MailboxSerializer,
    ReconnectSerializer,
)
from api.resources.mailbox_stopping import NOT_NOW, MailboxStoppingView
from mailboxes.access import get_mailbox_for, get_managed_mailbox_for
from mailboxes.behavior import (
    CHOICES,
    NAMES,
    SWITCHES,
    Choice,
    MailboxSettings,
    Switch,
    change_settings,
    check_changes,
)
from mailboxes.models import Mailbox
from mailboxes.reconnecting import changed_request
from mailboxes.requests import check_request
from mailboxes.services import connect_mailbox, reconnect_mailbox, retest_mailbox, try_servers
from sync.services import ask_for_sync


class MailboxView(
    MailboxAliasesView,
    MailboxReportsView,
    MailboxQuarantineView,
    MailboxStoppingView,
    MailboxImportsView,
    MailboxOAuthView,
    MailboxDetectView,
):
    """The mailboxes whose mail you read and write with."""

    queryset = Mailbox.objects
    serializer_class = MailboxSerializer
    read_scope = ApiToken.Scope.MAIL_READ
    write_scope = ApiToken.Scope.MAIL_WRITE
    needs_fresh_sign_in = True
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
        "`mailbox-test-failed` with `steps`. When only SMTP works it is saved for sending (`gray`). With `owner` an "
        "administrator connects a personal mailbox for another user, who manages it from then on; the administrator "
        "does not see its mail. Asked too often: 429 with `Retry-After`."
    )
    @idempotent(is_atomic=False)
    def create(self, request: Request) -> Response:
        data = self.checked_data()
        changes = replace(_settings_of(data), shared_with_admins=None)  # that is part of connecting
        is_of_another = data.get("owner_id") not in (None, self.member.pk)
        # Before the servers are asked, so that a wrong value leaves nothing behind.
        if is_of_another:
            _check_left_to_owner(changes)
        check_changes(self.member, Mailbox(kind=data["kind"]), changes)
        mailbox = connect_mailbox(self.member, connect_request(data))
        if is_of_another:  # M02: from now on its owner manages it, and nobody else
            return self.respond_created(mailbox)
        return self.respond_created(change_settings(self.member, mailbox.pk, changes))

    @extend_schema(description="Changed servers are tested first. A server moves only together with its password.")
    def partial_update(self, request: Request, pk: str) -> Response:
        mailbox = get_managed_mailbox_for(self.member, pk)
        data = self.checked_data(partial=True)
        changes = _settings_of(data)
        check_changes(self.member, mailbox, changes)  # before the servers are asked and changed
        kind = wanted_kind(request, self.member, mailbox, data)
        if any(name in data for name in SERVERS):
            reconnect_mailbox(self.member, pk, changed_request(mailbox, servers_change(data)))
        changed = apply_kind(self.member, change_settings(self.member, pk, changes), kind)
        return Response(self.get_serializer(changed).data)

    @extend_schema(
        operation_id="mailboxes_test_new",
        responses={200: CheckReportSerializer},
        description="Tests servers; saves nothing. The body is that of a new one.",
    )
    @action(detail=False, methods=["post"], url_path="test", url_name="test-new")
    def test_new(self, request: Request) -> Response:
        asked = check_request(connect_request(self.checked_data()))
        return Response(CheckReportSerializer(try_servers(self.member, asked)).data)

    @extend_schema(
        request=None,
        responses={200: CheckReportSerializer},
        description="Tests a mailbox with its stored password. Letters that were held for a sign-in go when it is "
        "accepted for sending.",
    )
    @action(detail=True, methods=["post"])
    def test(self, request: Request, pk: str) -> Response:
        return Response(CheckReportSerializer(retest_mailbox(self.member, pk)).data)

    @extend_schema(
        request=ReconnectSerializer,
        responses={200: MailboxSerializer},
        description="Connects it again, with another password or another service, tested first; what is imported "
        "stays. It ends a pause too. Left out: as it is stored, but a stored password is not sent to another server.",
    )
    @action(detail=True, methods=["post"], serializer_class=ReconnectSerializer)
    def reconnect(self, request: Request, pk: str) -> Response:
        mailbox = get_managed_mailbox_for(self.member, pk)
        wanted = changed_request(mailbox, servers_change(self.checked_data()))
        mailbox = reconnect_mailbox(self.member, pk, wanted)
        return Response(MailboxSerializer(mailbox, context=self.get_serializer_context()).data)

    @extend_schema(
        request=None,
        responses={202: MailboxSerializer, **NOT_NOW},
        description="Looks for new mail now; not in one that is stopped or only sends.",
    )
    @action(detail=True, methods=["post"])
    def sync(self, request: Request, pk: str) -> Response:
        mailbox = get_mailbox_for(self.member, pk)
        ask_for_sync(mailbox)
        return Response(self.get_serializer(mailbox).data, status=202)


def _settings_of(data: Mapping[str, Any]) -> MailboxSettings:
    given = {name: data[name] for name in NAMES if name in data}
    given |= {name: Choice(data[f"{name}_id"]) for name in CHOICES if f"{name}_id" in data}
    given |= {name: Switch(data[name]) for name in SWITCHES if name in data}
    return MailboxSettings(**given)


def _check_left_to_owner(changes: MailboxSettings) -> None:
    """Raises ValidationError for what only the owner of a personal mailbox decides."""
    for name in NAMES:
        if name != "display_name" and getattr(changes, name) is not None:
            raise field_error(name, _("The owner of the mailbox decides this."))
