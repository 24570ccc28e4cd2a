"""`form-answers/`: what clients filled in, in letters and on pages (M120-M127)."""

from __future__ import annotations

from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import ApiToken
from api.ids import IdField, IdFilter
from api.viewsets import MemberViewSet
from pages.form_answers import answers_for, get_answer_for
from pages.form_words import reason_words
from pages.models import FormAnswer

WRITTEN = {"type": "object", "additionalProperties": {"type": "array", "items": {"type": "integer"}}}
REFUSED = {
    "type": "array",
    "items": {
        "type": "object",
        "properties": {name: {"type": "string"} for name in ("name", "reason", "detail")},
        "required": ["name", "reason", "detail"],
    },
}


class FormAnswerSerializer(serializers.Serializer[FormAnswer]):
    """`note` has all that was sent. `mail` is null for a form on a page, and for a letter that you do not see."""

    id = IdField(source="pk")
    mail = IdField(source="shown_mail_id", allow_null=True)
    page_link = IdField(source="page_link_id", allow_null=True)
    contact = IdField(source="contact_id", allow_null=True)
    lead = IdField(source="lead_id", allow_null=True)
    note = IdField(source="note_id", allow_null=True, help_text="null: a program filled it in, or the note is deleted.")
    written = serializers.SerializerMethodField(help_text="Numbers of the fields that were filled in, by card.")
    refused = serializers.SerializerMethodField(help_text="What was sent and not saved in a field, and why.")
    created_at = serializers.DateTimeField(read_only=True)

    @extend_schema_field(WRITTEN)
    def get_written(self, answer: FormAnswer) -> dict[str, list[int]]:
        return dict(answer.written)

    @extend_schema_field(REFUSED)
    def get_refused(self, answer: FormAnswer) -> list[dict[str, str]]:
        return [{**one, "detail": reason_words(one["reason"])} for one in answer.refused]


class FormAnswerFilters(filters.FilterSet):
    mail = IdFilter(field_name="shown_mail_id")
    page_link = IdFilter(field_name="page_link_id")
    page = IdFilter(field_name="page_link__page_id")
    contact = IdFilter(field_name="contact_id")
    lead = IdFilter(field_name="lead_id")


class FormAnswerView(MemberViewSet):
    """Answers to forms, the newest first. Every member reads them, as the notes that they made."""

    queryset = FormAnswer.objects
    serializer_class = FormAnswerSerializer
    filterset_class = FormAnswerFilters
    read_scope = ApiToken.Scope.CONTACTS_READ
    write_scope = ApiToken.Scope.CONTACTS_WRITE
    ordering = ("-created_at", "-id")

    def list(self, request: Request) -> Response:
        return self.respond_list(answers_for(self.member))

    def retrieve(self, request: Request, pk: str) -> Response:
        return Response(self.get_serializer(get_answer_for(self.member, pk)).data)
