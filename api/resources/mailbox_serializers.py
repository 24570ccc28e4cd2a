"""Mailboxes on the wire. Passwords go in only: no serializer here reads one."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from api.ids import IdField
from mailboxes.advice import advice_for
from mailboxes.checking import CheckReport, ReportedStep
from mailboxes.models import Mailbox


class ServerSerializer(serializers.Serializer[Any]):
    """A mail server. Without a `port` the usual one of this kind of encryption is meant."""

    protocol = ""
    host = serializers.CharField(max_length=253)
    port = serializers.IntegerField(min_value=1, max_value=65535, required=False)
    security = serializers.ChoiceField(Mailbox.Security.choices, required=False)
    username = serializers.CharField(max_length=320, required=False)
    password = serializers.CharField(max_length=1000, required=False, write_only=True, trim_whitespace=False)

    def get_attribute(self, instance: Mailbox) -> dict[str, Any] | None:
        """The columns of this protocol; None when the mailbox has no such server."""
        names = ("host", "port", "security", "username")
        server = {name: getattr(instance, f"{self.protocol}_{name}") for name in names}
        return server if server["host"] else None


class ImapServerSerializer(ServerSerializer):
    """Where mail is read. The user name is the address, unless you say otherwise."""

    protocol = "imap"


class SmtpServerSerializer(ServerSerializer):
    """Where mail is sent. User name and password are those of `imap`, unless you say otherwise."""

    protocol = "smtp"


class ImportSerializer(serializers.Serializer[Mailbox]):
    """The first import. `older` letters were left out because of their age."""

    done = serializers.IntegerField(source="import_done")
    total = serializers.IntegerField(source="import_total")
    older = serializers.IntegerField(source="import_older")


class MailboxErrorSerializer(serializers.Serializer[Mailbox]):
    """What is wrong, in the server's own words (`detail`) and what to do (`advice`)."""

    code = serializers.CharField(source="error_code")
    detail = serializers.CharField(source="error_detail")
    advice = serializers.SerializerMethodField()

    def get_advice(self, mailbox: Mailbox) -> str:
        advice = advice_for(mailbox.error_code)
        return f"{advice.what} {advice.do}" if advice else ""


class MailboxSerializer(serializers.Serializer[Mailbox]):
    """A mailbox. Without `imap` it only sends."""

    id = IdField(source="pk")
    address = serializers.CharField(max_length=320)
    display_name = serializers.CharField(max_length=150, required=False, allow_blank=True)
    kind = serializers.ChoiceField(Mailbox.Kind.choices)
    owner = IdField(source="owner_id", allow_null=True)
    shared_with_admins = serializers.BooleanField(required=False)
    imap = ImapServerSerializer(required=False, allow_null=True)
    smtp = SmtpServerSerializer()
    password = serializers.CharField(
        max_length=1000, required=False, write_only=True, trim_whitespace=False, help_text="Of both servers."
    )
    group_messages = serializers.BooleanField(required=False)
    interval_minutes = serializers.IntegerField(required=False)
    signature = serializers.CharField(required=False, allow_blank=True, max_length=100_000, trim_whitespace=False)
    status = serializers.ChoiceField(Mailbox.Status.choices, read_only=True)
    state = serializers.ChoiceField(Mailbox.State.choices, read_only=True)
    last_synced_at = serializers.DateTimeField(read_only=True, allow_null=True)
    next_sync_at = serializers.DateTimeField(read_only=True, allow_null=True)
    error = serializers.SerializerMethodField()

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        """`import` is a word of Python."""
        return {**super().get_fields(), "import": ImportSerializer(source="*", read_only=True)}

    @extend_schema_field(MailboxErrorSerializer(allow_null=True))
    def get_error(self, mailbox: Mailbox) -> dict[str, Any] | None:
        return dict(MailboxErrorSerializer(mailbox).data) if mailbox.error_code else None


class ChangedMailboxSerializer(MailboxSerializer):
    """Address and kind stay."""

    address = serializers.CharField(read_only=True)
    kind = serializers.ChoiceField(Mailbox.Kind.choices, read_only=True)
    smtp = SmtpServerSerializer(required=False)


class CheckStepSerializer(serializers.Serializer[ReportedStep]):
    """`ok` is null when an earlier step failed."""

    protocol = serializers.ChoiceField(["imap", "smtp"])
    step = serializers.ChoiceField(["dns", "connect", "tls", "login", "folders"])
    ok = serializers.BooleanField(allow_null=True)
    error = serializers.CharField(allow_blank=True)
    advice = serializers.CharField(allow_blank=True)


class CheckReportSerializer(serializers.Serializer[CheckReport]):
    """Green: both servers work. Gray: only sending does. Red: neither will do."""

    status = serializers.ChoiceField(Mailbox.Status.choices)
    steps = CheckStepSerializer(many=True)
