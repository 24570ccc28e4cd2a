"""`templates/`: letters to be sent many times."""

from __future__ import annotations

from dataclasses import asdict
from email.utils import formataddr
from typing import Any

from django.db.models import QuerySet
from django.http import FileResponse
from django_filters import rest_framework as filters
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.decorators import action
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import ApiToken
from api.exact import takes
from api.filters import BooleanFilter
from api.idempotency import idempotent
from api.ids import IdFilter, row_id
from api.permissions import require_scope
from api.resources.outbox import OutgoingMailSerializer
from api.resources.signatures import MergeFieldSerializer
from api.resources.template_serializers import (
    ForCardSerializer,
    ImportReportSerializer,
    TemplateImportSerializer,
    TemplatePreviewSerializer,
    TemplateSerializer,
    changed_fields,
    seen_mailboxes,
)
from api.versions import PARAMETER, asked_version, etag_of
from api.viewsets import MemberViewSet
from automation.trigger_numbers import ids_by_number, numbers_by_id
from letter_templates.access import get_own_template_for, get_template_for
from letter_templates.fields import picker_groups
from letter_templates.models import Template
from letter_templates.requests import TemplateFields, fields_of
from letter_templates.services import create_template, delete_template, duplicate_template, save_template
from mailboxes import limits
from outbox.template_exchange import export_templates, import_templates
from outbox.template_letters import ForCard, TemplatePreview, preview_template, send_test

MOST_EXPORTED = 1000


class TemplateFilters(filters.FilterSet):
    q = filters.CharFilter(field_name="name", lookup_expr="icontains")
    format = filters.ChoiceFilter(choices=Template.Format.choices)
    owner = IdFilter(field_name="owner_id")
    is_public = BooleanFilter()


class TemplateView(MemberViewSet):
    """Administrators see and change all; users see their own and the public ones, and change their own."""

    queryset = Template.objects
    serializer_class = TemplateSerializer
    filterset_class = TemplateFilters
    read_scope = ApiToken.Scope.MAIL_READ
    write_scope = ApiToken.Scope.MAIL_SEND
    ordering = ("name", "id")

    def get_serializer_context(self) -> dict[str, Any]:
        return {**super().get_serializer_context(), "seen_mailboxes": seen_mailboxes(self.member)}

    def list(self, request: Request) -> Response:
        rows: QuerySet[Template] = Template.objects.visible_to(self.member).for_list()
        return self.respond_list(rows)

    def retrieve(self, request: Request, pk: str) -> Response:
        return self._respond(get_template_for(self.member, pk))

    @idempotent(is_atomic=False)
    def create(self, request: Request) -> Response:
        data = self.checked_data()
        fields = changed_fields(self.member, TemplateFields(name=data["name"]), data, None)
        return self.respond_created(create_template(self.member, fields))

    @extend_schema(parameters=[PARAMETER], description="A file that is not named in `attachments` is taken off.")
    def partial_update(self, request: Request, pk: str) -> Response:
        template = get_own_template_for(self.member, pk)
        fields = changed_fields(self.member, fields_of(template), self.checked_data(partial=True), template)
        version = asked_version(request)
        # What was left out of the body is as we read it just now: nobody may have changed it in between.
        return self._respond(save_template(self.member, pk, fields, template.version if version is None else version))

    @extend_schema(description="Refused with 409 while a stage or a trigger sends it.")
    def destroy(self, request: Request, pk: str) -> Response:
        delete_template(self.member, pk)
        return Response(status=204)

    @extend_schema(request=None, description="A copy of your own.", responses={201: TemplateSerializer})
    @action(detail=True, methods=["post"])
    def duplicate(self, request: Request, pk: str) -> Response:
        return self.respond_created(duplicate_template(self.member, pk))

    @extend_schema(
        request=ForCardSerializer,
        responses={200: TemplatePreviewSerializer},
        description="A contact or a lead that is named needs the scope `contacts:read`, too: its fields are shown.",
    )
    @action(detail=True, methods=["post"], serializer_class=ForCardSerializer)
    def preview(self, request: Request, pk: str) -> Response:
        limits.check(self.member, "preview")
        made = preview_template(self.member, fields_of(get_template_for(self.member, pk)), self._card())
        return Response(TemplatePreviewSerializer(_preview_facts(made)).data)

    @extend_schema(
        request=ForCardSerializer,
        responses={201: OutgoingMailSerializer},
        description="Sends it to your own address, with its files. A contact or a lead that is named needs the scope "
        "`contacts:read`, too.",
    )
    @action(detail=True, methods=["post"], serializer_class=ForCardSerializer)
    @idempotent(is_atomic=False)
    def test(self, request: Request, pk: str) -> Response:
        limits.check(self.member, "preview")
        mail = send_test(self.member, pk, self._card())
        return Response(OutgoingMailSerializer(mail, context=self.get_serializer_context()).data, status=201)

    @extend_schema(operation_id="templates_fields", filters=False, responses={200: MergeFieldSerializer(many=True)})
    @action(detail=False, methods=["get"], pagination_class=None, filterset_class=None)
    def fields(self, request: Request) -> Response:
        rows = [
            {"name": field.name, "label": field.label, "group": group.label}
            for group in picker_groups()
            for field in group.fields
        ]
        return Response(MergeFieldSerializer(rows, many=True).data)

    @extend_schema(
        operation_id="templates_export",
        filters=False,
        parameters=[OpenApiParameter("ids", str, description="Ids with commas between; left out: all you see.")],
        responses={(200, "application/zip"): OpenApiTypes.BINARY},
    )
    @action(detail=False, methods=["get"], pagination_class=None, filterset_class=None)
    @takes("ids")
    def export(self, request: Request) -> FileResponse:
        given = request.query_params.get("ids", "")
        ids = [row_id(one) for one in given.split(",")[:MOST_EXPORTED]] if given else None
        return FileResponse(
            export_templates(self.member, ids, numbers_by_id()), as_attachment=True, filename="templates.zip"
        )

    @extend_schema(request=TemplateImportSerializer, responses={200: ImportReportSerializer})
    @action(
        detail=False,
        methods=["post"],
        url_path="import",
        url_name="import",
        serializer_class=TemplateImportSerializer,
        parser_classes=[MultiPartParser],
    )
    def import_(self, request: Request) -> Response:
        limits.check(self.member, "preview")
        data = self.checked_data()
        report = asdict(import_templates(self.member, data["file"], data["on_conflict"], ids_by_number()))
        refused = [{"name": name, "reason": reason} for name, reason in report["refused"]]
        return Response(ImportReportSerializer({**report, "refused": refused}).data)

    def _respond(self, template: Template) -> Response:
        return Response(self.get_serializer(template).data, headers={"ETag": etag_of(template.version)})

    def _card(self) -> ForCard:
        """What a card knows of people is not for a token that may only send."""
        data = self.checked_data()
        card = ForCard(data.get("contact"), data.get("lead"))
        if card != ForCard():
            require_scope(self.request, ApiToken.Scope.CONTACTS_READ)
        return card


def _preview_facts(made: TemplatePreview) -> dict[str, Any]:
    letter = made.letter
    sender = formataddr((letter.sender.name, letter.sender.email), charset="utf-8") if letter.sender else ""
    names = ("subject", "html", "text", "empty_fields", "to")
    return {**{name: getattr(letter, name) for name in names}, "sender": sender, "problem": made.problem}
