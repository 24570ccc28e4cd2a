"""Mailboxes on the wire. Passwords go in only: no serializer here reads one."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from api.custom_values_field import CustomValuesField
from api.ids import IdField, RowIdField
from api.signature_field import SignatureField
from mailboxes.advice import advice_of
from mailboxes.behavior import MAX_DAILY_LIMIT, MAX_LETTERS_PER_MINUTE
from mailboxes.checking import CheckReport, ReportedStep
from mailboxes.models import Mailbox, MailboxFilter
from mailboxes.requests import Filter


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
    """Letters loaded so far and to be loaded; `older` ones are on the server and were left out because of their age."""

    done = serializers.IntegerField(source="import_done")
    total = serializers.IntegerField(source="import_total")
    older = serializers.IntegerField(source="import_older")


class FilterSerializer(serializers.Serializer[Any]):
    """Mail from or to it is not stored. A domain means its sub-domains too."""

    kind = serializers.ChoiceField(MailboxFilter.Kind.choices)
    value = serializers.CharField(max_length=320)


@extend_schema_field(FilterSerializer(many=True))
class FiltersField(serializers.Field):
    """All of them: changing replaces them as a whole."""

    def to_representation(self, value: Any) -> list[dict[str, str]]:  # noqa: ANN401  (a related manager)
        return [{"kind": row.kind, "value": row.value} for row in value.all()]

    def to_internal_value(self, data: Any) -> tuple[Filter, ...]:  # noqa: ANN401  (what a client sends)
        checked = FilterSerializer(data=data, many=True)
        checked.is_valid(raise_exception=True)
        return tuple((row["kind"], row["value"]) for row in checked.validated_data)


class MailboxErrorSerializer(serializers.Serializer[Mailbox]):
    """What is wrong, in the server's own words (`detail`) and what to do (`advice`)."""

    code = serializers.CharField(source="fault.code")
    detail = serializers.CharField(source="fault.detail")
    advice = serializers.SerializerMethodField()

    def get_advice(self, mailbox: Mailbox) -> str:
        advice = advice_of(mailbox)
        return f"{advice.what} {advice.do}" if advice else ""


class MailboxSerializer(serializers.Serializer[Mailbox]):
    """A mailbox. Without `imap` it only sends."""

    id = IdField(source="pk")
    address = serializers.CharField(max_length=320)
    display_name = serializers.CharField(max_length=150, required=False, allow_blank=True)
    kind = serializers.ChoiceField(Mailbox.Kind.choices)
    owner = RowIdField(
        source="owner_id",
        required=False,
        allow_null=True,
        help_text="Of a personal one. Administrators may connect one for another user; usually it is who asks.",
    )
    shared_with_admins = serializers.BooleanField(required=False)
    imap = ImapServerSerializer(required=False, allow_null=True)
    smtp = SmtpServerSerializer()
    password = serializers.CharField(
        max_length=1000, required=False, write_only=True, trim_whitespace=False, help_text="Of both servers."
    )
    first_import = serializers.ChoiceField(
        Mailbox.FirstImport.choices, required=False, help_text="`recent`: the newest 500 letters of the last 30 days."
    )
    load_older = serializers.BooleanField(required=False, help_text="Mail that was left out is loaded, newest first.")
    push = serializers.BooleanField(required=False, help_text="New mail comes within seconds, where the server can.")
    filters = FiltersField(required=False)
    store_internal = serializers.BooleanField(required=False, help_text="Letters between colleagues are stored.")
    collector = serializers.BooleanField(
        required=False, help_text="It collects mail of other addresses: the client is whom Reply-To names."
    )
    keep_attachments = serializers.BooleanField(
        required=False, help_text="Files are copied here. Locked on by `delete_after_upload`."
    )
    delete_after_upload = serializers.BooleanField(
        required=False,
        help_text="Letters are deleted on the mail server once they are stored here as a whole; for administrators.",
    )
    daily_limit = serializers.IntegerField(
        required=False,
        allow_null=True,
        min_value=0,
        max_value=MAX_DAILY_LIMIT,
        help_text="So many letters go out in a day, the rest on the next one; mailings stop a fifth earlier. "
        "0 or null: as usual at this instance.",
    )
    letters_per_minute = serializers.IntegerField(
        required=False,
        allow_null=True,
        min_value=0,
        max_value=MAX_LETTERS_PER_MINUTE,
        help_text="Letters go out no faster. 0 or null: as usual at this instance.",
    )
    track_opens = serializers.BooleanField(
        required=False, allow_null=True, help_text="Whether opens of its letters are told. null: as the account."
    )
    track_links = serializers.BooleanField(
        required=False, allow_null=True, help_text="Whether it is told who follows their links. null: as the account."
    )
    sent_folder = serializers.CharField(
        required=False, allow_blank=True, max_length=1000, help_text="One of `sent_folder_choices`; empty: found."
    )
    sent_folder_choices = serializers.ListField(
        child=serializers.CharField(), source="sent_choices", read_only=True, help_text="When several may be it."
    )
    unmatched = serializers.ChoiceField(
        Mailbox.Unmatched.choices,
        required=False,
        help_text="Mail of people without a card: stored, or left on the mail server. Answers are always stored.",
    )
    outgoing_mailbox = RowIdField(
        source="outgoing_mailbox_id",
        required=False,
        allow_null=True,
        help_text="Letters written in this mailbox go out through that one; answers come here. null: its own servers.",
    )
    store = RowIdField(source="store_id", required=False, allow_null=True, help_text="One of `stores/`.")
    create_contacts = serializers.BooleanField(
        required=False, help_text="Who writes and has no card gets a contact and a customer; `unmatched` is idle then."
    )
    contacts_only = serializers.BooleanField(required=False, help_text="The contact alone, no customer.")
    manager_group = RowIdField(
        source="manager_group_id",
        required=False,
        allow_null=True,
        help_text="One of `groups/`: new customers go round among its members, the free ones first.",
    )
    notify_manager = serializers.BooleanField(
        required=False, help_text="Who is responsible has a notice of a new customer, and of each letter."
    )
    create_lead_on_reply = serializers.BooleanField(required=False, help_text="When we first answer a client.")
    lead_responsible = RowIdField(
        source="lead_responsible_id",
        required=False,
        allow_null=True,
        help_text="An administrator who gets these leads; null: who replied.",
    )
    custom_fields = CustomValuesField()
    is_account_default = serializers.BooleanField(
        required=False, help_text="Sends where a template names no other mailbox. Shared ones; for administrators."
    )
    group_messages = serializers.BooleanField(required=False)
    interval_minutes = serializers.IntegerField(required=False)
    signature = SignatureField(required=False)
    sign_in = serializers.ChoiceField(Mailbox.SignIn.choices, read_only=True, help_text="`oauth2`: at its provider.")
    status = serializers.ChoiceField(Mailbox.Status.choices, read_only=True)
    state = serializers.ChoiceField(Mailbox.State.choices, read_only=True)
    last_synced_at = serializers.DateTimeField(read_only=True, allow_null=True)
    next_sync_at = serializers.DateTimeField(read_only=True, allow_null=True)
    error = serializers.SerializerMethodField()

    def validate_daily_limit(self, value: int | None) -> int:
        return value or 0

    def validate_letters_per_minute(self, value: int | None) -> int:
        return value or 0

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        """`import` is a word of Python."""
        return {**super().get_fields(), "import": ImportSerializer(source="*", read_only=True)}

    @extend_schema_field(MailboxErrorSerializer(allow_null=True))
    def get_error(self, mailbox: Mailbox) -> dict[str, Any] | None:
        return dict(MailboxErrorSerializer(mailbox).data) if mailbox.fault.code else None


class ChangedMailboxSerializer(MailboxSerializer):
    """The address stays; so does what the first import was. `kind` and `owner` are changed by administrators (K25)."""

    first_import = serializers.ChoiceField(Mailbox.FirstImport.choices, read_only=True)
    address = serializers.CharField(read_only=True)
    kind = serializers.ChoiceField(Mailbox.Kind.choices, required=False)
    owner = RowIdField(source="owner_id", required=False, allow_null=True)
    smtp = SmtpServerSerializer(required=False)


class ChangedServerSerializer(ServerSerializer):
    """Another server or user name, or the password of this one."""

    host = serializers.CharField(max_length=253, required=False)


class ReconnectSerializer(serializers.Serializer[Any]):
    """What is left out stays as it is."""

    imap = ChangedServerSerializer(required=False, allow_null=True)
    smtp = ChangedServerSerializer(required=False)
    password = serializers.CharField(
        max_length=1000, required=False, write_only=True, trim_whitespace=False, help_text="Of both servers."
    )


class CheckStepSerializer(serializers.Serializer[ReportedStep]):
    """`ok` is null when an earlier step failed."""

    protocol = serializers.ChoiceField(["imap", "smtp"])
    step = serializers.ChoiceField(["dns", "connect", "tls", "login", "folders"])
    ok = serializers.BooleanField(allow_null=True)
    error = serializers.CharField(allow_blank=True)
    advice = serializers.CharField(allow_blank=True)
    link = serializers.CharField(allow_blank=True, help_text="A page of the provider that helps.")
    reply = serializers.CharField(allow_blank=True, help_text="The server's own words.")


class CheckReportSerializer(serializers.Serializer[CheckReport]):
    """Green: both servers work. Gray: only sending does. Red: neither will do."""

    status = serializers.ChoiceField(Mailbox.Status.choices)
    steps = CheckStepSerializer(many=True)
