"""`mailings/`: one letter to many, each with their own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import ApiToken
from api.card_lists import FilterValueField, as_query, read_filter
from api.domain_errors import field_error
from api.exact import PAGE, takes
from api.idempotency import idempotent
from api.ids import IdField, RowIdField
from api.permissions import require_scope
from api.resources.letter_fields import ContentIdsField, OwnAliasId, OwnMailboxId, OwnTemplateId, UploadIdsField
from api.resources.outbox import OutgoingMailSerializer
from api.resources.template_serializers import TemplatePreviewSerializer
from api.resources.trigger_choice_field import TriggerChoiceSerializer
from api.viewsets import MemberViewSet
from crm.models import CARDS
from letter_templates.models import Template
from mailboxes import limits
from outbox.drafts import DraftFile
from outbox.mailing_access import check_mailer, get_mailing_for, mailings_of
from outbox.mailing_checks import Check, Severity, check_mailing
from outbox.mailing_recipients import MOST_TICKED, Selection
from outbox.mailing_results import Results, eta_of, results_of
from outbox.mailing_running import cancel_mailing, pause_mailing, resume_mailing, start_mailing
from outbox.mailings import (
    MAX_NAME_CHARS,
    MailingValues,
    change_mailing,
    create_mailing,
    delete_mailing,
    prepare_again,
    preview_for,
    send_test,
    values_of,
    with_template,
)
from outbox.models import Mailing, MailingRecipient
from outbox.previewing import Preview
from outbox.requests import MAX_SUBJECT_CHARS

MAX_FILES = 100
MOST_NUMBER = 2**31 - 1
SELECTED = {"contacts": "contact", "leads": "lead", "filter": ""}  # whom it goes to, and the kind of card they name
# What stands under another name in MailingValues.
_ROWS = {"mailbox": "mailbox_id", "alias": "alias_id", "template": "template_id"}
_PLAIN = (
    *("name", "subject", "format", "body", "attachment_url", "with_signature"),
    *("triggers", "track_opens", "track_links"),
)


class FileIdsField(UploadIdsField):
    def get_attribute(self, instance: Mailing) -> list[int]:
        return [row.upload_id for row in instance.files.all()]


@extend_schema_field({"type": "object", "additionalProperties": {"type": "string"}})
class FileContentIdsField(ContentIdsField):
    def get_attribute(self, instance: Mailing) -> dict[str, str]:
        return {str(row.upload_id): row.content_id for row in instance.files.all() if row.content_id}


@extend_schema_field({"type": "object", "additionalProperties": {"type": "string"}})
class ListFilterField(serializers.DictField):
    """`kind`, and the filters of the list of such cards, as in its address."""

    child = FilterValueField()

    def get_attribute(self, instance: Mailing) -> dict[str, str | list[str]] | None:
        stored = instance.selection
        if "filter" not in stored:
            return None
        given = QueryDict(stored["filter"]).lists()
        return {"kind": stored["kind"], **{name: one[0] if len(one) == 1 else one for name, one in given}}


class CountsSerializer(serializers.Serializer[Results]):
    """People by what became of their letter. `sent`: a server took it; `bounced`, `opened`, `clicked`, `replied` and
    `unsubscribed` are some of them. Opens and clicks are estimates: known machines are not counted."""

    waiting = serializers.IntegerField()
    on_their_way = serializers.IntegerField()
    sent = serializers.IntegerField()
    failed = serializers.IntegerField()
    unknown = serializers.IntegerField()
    left_out = serializers.IntegerField()
    canceled = serializers.IntegerField()
    bounced = serializers.IntegerField()
    opened = serializers.IntegerField()
    clicked = serializers.IntegerField()
    replied = serializers.IntegerField()
    unsubscribed = serializers.IntegerField()


class MailingSerializer(serializers.Serializer[Mailing]):
    """Whom it goes to is one of `contacts`, `leads` and `filter`, and fixed when it is made."""

    id = IdField(source="pk")
    name = serializers.CharField(
        max_length=MAX_NAME_CHARS,
        required=False,
        help_text="Recipients do not see it. By default that of the template, or the subject.",
    )
    author = IdField(source="author_id")
    state = serializers.ChoiceField(Mailing.State.choices, read_only=True)
    pause_reason = serializers.CharField(read_only=True, help_text="Why it was paused; empty: a person did it.")
    contacts = serializers.ListField(
        child=RowIdField(), required=False, write_only=True, max_length=MOST_TICKED, help_text="Ids."
    )
    leads = serializers.ListField(
        child=RowIdField(), required=False, write_only=True, max_length=MOST_TICKED, help_text="Their contacts get it."
    )
    filter = ListFilterField(
        required=False,
        allow_null=True,
        help_text='All that a list has: {"kind": "contact", "tag": "vip"}. `kind` is contact, company, lead, customer. '
        "Several tags are a list: cards that have them all.",
    )
    template = OwnTemplateId(required=False, allow_null=True, help_text="Fills in what the request does not say.")
    mailbox = OwnMailboxId(required=False, allow_null=True)
    alias = OwnAliasId(required=False, allow_null=True)
    subject = serializers.CharField(required=False, allow_blank=True, max_length=MAX_SUBJECT_CHARS)
    format = serializers.ChoiceField(Template.Format.choices, required=False)
    body = serializers.CharField(required=False, allow_blank=True, trim_whitespace=False)
    attachment_url = serializers.CharField(required=False, allow_blank=True)
    with_signature = serializers.BooleanField(required=False)
    attachments = FileIdsField(required=False, max_length=MAX_FILES)
    content_ids = FileContentIdsField(required=False)
    triggers = TriggerChoiceSerializer(required=False)
    track_opens = serializers.BooleanField(required=False, allow_null=True, help_text="Null: as the mailbox.")
    track_links = serializers.BooleanField(required=False, allow_null=True, help_text="Null: as the mailbox.")
    recipient_count = serializers.IntegerField(read_only=True)
    counts = serializers.SerializerMethodField()
    eta = serializers.SerializerMethodField()
    created_at = serializers.DateTimeField(read_only=True)
    started_at = serializers.DateTimeField(read_only=True, allow_null=True)
    ended_at = serializers.DateTimeField(read_only=True, allow_null=True)

    @extend_schema_field(CountsSerializer)
    def get_counts(self, mailing: Mailing) -> Mapping[str, Any]:
        return CountsSerializer(results_of(mailing)).data

    @extend_schema_field(serializers.DateTimeField(allow_null=True))
    def get_eta(self, mailing: Mailing) -> str | None:
        """When the last letter is expected to go out."""
        ends_at = eta_of(mailing, timezone.now())
        return serializers.DateTimeField().to_representation(ends_at) if ends_at else None


class MailingRecipientSerializer(serializers.Serializer[MailingRecipient]):
    """How a letter that was handed over goes on stands in `outbox/`."""

    contact = IdField(source="contact_id", allow_null=True)
    lead = IdField(source="lead_id", allow_null=True)
    name = serializers.CharField()
    address = serializers.CharField()
    state = serializers.ChoiceField(MailingRecipient.State.choices)
    reason = serializers.ChoiceField([("", ""), *MailingRecipient.Reason.choices])
    mail = IdField(source="mail_id", allow_null=True)


class MailingCheckSerializer(serializers.Serializer[Check]):
    """`error`: it cannot start. `warning`: it starts when the request says that somebody has read it."""

    code = serializers.CharField()
    severity = serializers.ChoiceField([(one.value, one.value) for one in Severity])
    message = serializers.CharField()
    count = serializers.IntegerField(help_text="Of people, where it is about some of them.")


class RecipientNumberSerializer(serializers.Serializer[Any]):
    """Whose fields are filled in: the first, second, ... of those who get it, from zero."""

    number = serializers.IntegerField(required=False, min_value=0, max_value=MOST_NUMBER, default=0)


class MailingStartSerializer(serializers.Serializer[Any]):
    confirmed = serializers.BooleanField(default=False, help_text="The warnings were read.")
    leave_out_empty = serializers.BooleanField(
        default=False, help_text="Whoever lacks a field that the text writes out gets nothing."
    )


class MailingView(MemberViewSet):
    """For those who use the Mailer. One that has not started is its author's alone; others are seen by those who read
    their mailbox."""

    queryset = Mailing.objects
    serializer_class = MailingSerializer
    read_scope = ApiToken.Scope.MAIL_READ
    write_scope = ApiToken.Scope.MAIL_SEND
    ordering = ("-created_at", "-id")

    def list(self, request: Request) -> Response:
        return self.respond_list(mailings_of(self.member).prefetch_related("files"))

    def asked_ordering(self) -> tuple[str, ...]:
        return ("id",) if self.action == "recipients" else self.ordering

    def retrieve(self, request: Request, pk: str) -> Response:
        return Response(self.get_serializer(get_mailing_for(self.member, pk)).data)

    @idempotent()
    def create(self, request: Request) -> Response:
        check_mailer(self.member)
        data = self.checked_data()
        values = self._values(MailingValues(name=data.get("name") or _usual_name(data)), data)
        return self.respond_created(create_mailing(self.member, _selection(data), values))

    def partial_update(self, request: Request, pk: str) -> Response:
        before = values_of(get_mailing_for(self.member, pk))
        data = self.checked_data(partial=True)
        if given := [name for name in SELECTED if data.get(name) is not None]:
            raise field_error(given[0], _("Whom a mailing goes to is fixed when it is made. Make another one."))
        values = self._values(before, data)
        return Response(self.get_serializer(change_mailing(self.member, pk, values)).data)

    def destroy(self, request: Request, pk: str) -> Response:
        delete_mailing(self.member, pk)
        return Response(status=204)

    @extend_schema(responses=MailingRecipientSerializer(many=True))
    @action(detail=True, methods=["get"], serializer_class=MailingRecipientSerializer)
    @takes(*PAGE)
    def recipients(self, request: Request, pk: str) -> Response:
        """Those who are left out too, each with the reason."""
        return self.respond_list(get_mailing_for(self.member, pk).recipients.all())

    @extend_schema(request=None, description="Finds the recipients anew: cards may have changed.")
    @action(detail=True, methods=["post"])
    def prepare(self, request: Request, pk: str) -> Response:
        return Response(self.get_serializer(prepare_again(self.member, pk)).data)

    @extend_schema(responses=MailingCheckSerializer(many=True), description="Asks the DNS, up to eight seconds.")
    @action(detail=True, methods=["get"], pagination_class=None, serializer_class=MailingCheckSerializer)
    def checks(self, request: Request, pk: str) -> Response:
        limits.check(self.member, "preview")
        found = check_mailing(self.member, get_mailing_for(self.member, pk))
        return Response(self.get_serializer(found, many=True).data)

    @extend_schema(
        request=RecipientNumberSerializer,
        responses={200: TemplatePreviewSerializer},
        description="With the fields of a recipient: it needs the scope `contacts:read`, too.",
    )
    @action(detail=True, methods=["post"], serializer_class=RecipientNumberSerializer)
    def preview(self, request: Request, pk: str) -> Response:
        require_scope(request, ApiToken.Scope.CONTACTS_READ)
        limits.check(self.member, "preview")
        shown = preview_for(self.member, pk, self.checked_data()["number"])
        return Response(TemplatePreviewSerializer(_preview_facts(shown)).data)

    @extend_schema(request=RecipientNumberSerializer, responses={201: OutgoingMailSerializer})
    @action(detail=True, methods=["post"], serializer_class=RecipientNumberSerializer)
    @idempotent(is_atomic=False)
    def test(self, request: Request, pk: str) -> Response:
        """To your own address."""
        limits.check(self.member, "preview")
        mail = send_test(self.member, pk, self.checked_data()["number"])
        return Response(OutgoingMailSerializer(mail, context=self.get_serializer_context()).data, status=201)

    @extend_schema(request=MailingStartSerializer, responses={200: MailingSerializer})
    @action(detail=True, methods=["post"], serializer_class=MailingStartSerializer)
    @idempotent(is_atomic=False)
    def start(self, request: Request, pk: str) -> Response:
        """409 with `checks` while there is an error, or a warning that nobody has confirmed."""
        limits.check(self.member, "preview")
        data = self.checked_data()
        mailing = start_mailing(
            self.member, pk, is_confirmed=data["confirmed"], leaves_out_blanks=data["leave_out_empty"]
        )
        return Response(MailingSerializer(mailing, context=self.get_serializer_context()).data)

    @extend_schema(request=None)
    @action(detail=True, methods=["post"])
    def pause(self, request: Request, pk: str) -> Response:
        """Letters that no server has are taken back."""
        return Response(self.get_serializer(pause_mailing(self.member, pk)).data)

    @extend_schema(request=None)
    @action(detail=True, methods=["post"])
    def resume(self, request: Request, pk: str) -> Response:
        return Response(self.get_serializer(resume_mailing(self.member, pk)).data)

    @extend_schema(request=None)
    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, pk: str) -> Response:
        """What was sent stays sent."""
        return Response(self.get_serializer(cancel_mailing(self.member, pk)).data)

    def _values(self, values: MailingValues, data: Mapping[str, Any]) -> MailingValues:
        """As they are, then those of the template, then what the request says."""
        if data.get("template"):
            values = with_template(self.member, values, data["template"].pk)
        named = {ours: data[name] for name, ours in _ROWS.items() if name in data}
        rows: dict[str, Any] = {ours: row.pk if row else None for ours, row in named.items()}
        plain: dict[str, Any] = {name: data[name] for name in _PLAIN if name in data}
        changed = replace(values, **rows, **plain)
        if "attachments" in data or "content_ids" in data:
            ids = data.get("attachments", [file.upload_id for file in changed.files])
            content_ids = data.get("content_ids", {file.upload_id: file.content_id for file in changed.files})
            changed = replace(changed, files=[DraftFile(one, content_ids.get(one, "")) for one in ids])
        return changed


def _usual_name(data: Mapping[str, Any]) -> str:
    template = data.get("template")
    return str(template.name if template else data.get("subject", ""))


def _selection(data: Mapping[str, Any]) -> Selection:
    """Raises ValidationError."""
    named = [name for name in SELECTED if data.get(name)]
    if len(named) > 1:
        raise field_error(named[1], _("Name one of contacts, leads and filter."))
    if named and named[0] != "filter":
        return Selection(SELECTED[named[0]], data[named[0]])
    if not named:
        return Selection("contact")
    given = dict(data["filter"])
    kind, query = str(given.pop("kind", "")), as_query(given)
    if kind in CARDS:
        read_filter(kind, query)
    return Selection(kind, query=query.urlencode())


def _preview_facts(shown: Preview) -> dict[str, Any]:
    sender = shown.sender.email if shown.sender else ""
    names = ("subject", "html", "text", "empty_fields", "to")
    return {**{name: getattr(shown, name) for name in names}, "sender": sender, "problem": ""}
