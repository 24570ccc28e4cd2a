"""`imports/`: cards from a CSV file. Upload it, say what its columns are, try it, start it."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponseBase, StreamingHttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import ApiToken
from api.exact import checked
from api.idempotency import idempotent
from api.ids import IdField
from api.parsers import BoundedJSONParser
from api.viewsets import MemberViewSet
from crm.csv_import import (
    ImportSettings,
    change_import,
    delete_import,
    get_import_for,
    list_imports,
    start_import,
    try_import,
    upload_import,
    write_bad_rows,
)
from crm.csv_reading import MAX_BYTES
from crm.models import CardImport

SHOWN_BAD_ROWS = 100


class ProblemSerializer(serializers.Serializer[Any]):
    column = serializers.CharField(help_text="Its name in the file; empty for the row as a whole.")
    text = serializers.CharField()


class BadRowSerializer(serializers.Serializer[Any]):
    line = serializers.IntegerField(help_text="Of the file, from 1.")
    problems = ProblemSerializer(many=True)


class CardImportSerializer(serializers.Serializer[CardImport]):
    """An import of contacts, companies, leads or customers."""

    id = IdField(source="pk")
    entity = serializers.ChoiceField(choices=CardImport.Entity.choices, read_only=True)
    filename = serializers.CharField(read_only=True)
    state = serializers.ChoiceField(choices=CardImport.State.choices, read_only=True)
    columns = serializers.ListField(child=serializers.CharField(), read_only=True)
    mapping = serializers.DictField(
        child=serializers.CharField(),
        required=False,
        help_text="What a column is, by its number from 0: a field of the card such as `first_name`, `emails`, "
        "`custom_fields.12`. Columns that are not named are left out. It is guessed at first.",
    )
    matching = serializers.ChoiceField(
        choices=CardImport.Matching.choices,
        required=False,
        help_text="What becomes of a row whose card is there already. At first `create` for leads without IDs, else "
        "`update`.",
    )
    skip_bad_rows = serializers.BooleanField(required=False, help_text="Import the good rows though some are bad.")
    row_count = serializers.IntegerField(read_only=True)
    created_count = serializers.IntegerField(read_only=True)
    changed_count = serializers.IntegerField(read_only=True)
    merged_count = serializers.IntegerField(read_only=True, help_text="Rows that went to the card of a row above.")
    skipped_count = serializers.IntegerField(read_only=True, help_text="Rows that change nothing.")
    bad_count = serializers.IntegerField(read_only=True)
    bad_rows = serializers.SerializerMethodField(help_text="The first 100; `bad-rows/` has up to 1,000.")
    created_at = serializers.DateTimeField(read_only=True)
    finished_at = serializers.DateTimeField(read_only=True)

    @extend_schema(responses=BadRowSerializer(many=True))
    def get_bad_rows(self, row: CardImport) -> list[dict[str, Any]]:
        return [
            {
                "line": bad["line"],
                "problems": [{"column": column, "text": text} for column, text in bad["problems"]],
            }
            for bad in row.bad_rows[:SHOWN_BAD_ROWS]
        ]

    def validate_mapping(self, mapping: dict[str, str]) -> dict[int, str]:
        if not all(number.isascii() and number.isdigit() and len(number) < 5 for number in mapping):
            raise serializers.ValidationError("Name columns by their numbers.")
        return {int(number): key for number, key in mapping.items()}


class CardUploadSerializer(serializers.Serializer[Any]):
    entity = serializers.ChoiceField(choices=CardImport.Entity.choices)
    file = serializers.FileField(allow_empty_file=True, help_text="CSV, at most 20 MB.")


class CardImportView(MemberViewSet):
    """Your own imports, newest first. While a worker is at it, `state` is `trying` or `importing`."""

    queryset = CardImport.objects
    serializer_class = CardImportSerializer
    parser_classes = [MultiPartParser, BoundedJSONParser]
    read_scope = ApiToken.Scope.CONTACTS_READ
    write_scope = ApiToken.Scope.CONTACTS_WRITE
    ordering = ("-created_at", "-id")

    def list(self, request: Request) -> Response:
        return self.respond_list(list_imports(self.member))

    def retrieve(self, request: Request, pk: str) -> Response:
        return self._respond(get_import_for(self.member, pk))

    @extend_schema(request={"multipart/form-data": CardUploadSerializer}, responses={201: CardImportSerializer})
    @idempotent(is_atomic=False)
    def create(self, request: Request) -> Response:
        """The body is a form with the file. The answer has a guess what its columns are."""
        asked = checked(CardUploadSerializer(data=request.data))
        file = asked["file"]
        content = file.read(MAX_BYTES + 1)
        return self.respond_created(upload_import(self.member, asked["entity"], file.name, content))

    def partial_update(self, request: Request, pk: str) -> Response:
        row = get_import_for(self.member, pk)
        return self._respond(change_import(row, ImportSettings(**self.checked_data(partial=True))))

    def destroy(self, request: Request, pk: str) -> Response:
        delete_import(get_import_for(self.member, pk))
        return Response(status=204)

    @extend_schema(request=None, responses={202: CardImportSerializer})
    @action(detail=True, methods=["post"], url_path="try", url_name="try")
    def try_(self, request: Request, pk: str) -> Response:
        """See what it would do: nothing is changed."""
        return self._respond(try_import(get_import_for(self.member, pk)), status=202)

    @extend_schema(request=None, responses={202: CardImportSerializer})
    @action(detail=True, methods=["post"])
    def start(self, request: Request, pk: str) -> Response:
        """All of it or nothing. It has to be tried first."""
        return self._respond(start_import(get_import_for(self.member, pk)), status=202)

    @extend_schema(operation_id="imports_bad_rows", responses={(200, "text/csv"): OpenApiTypes.BINARY})
    @action(detail=True, methods=["get"], url_path="bad-rows", url_name="bad-rows", pagination_class=None)
    def bad_rows(self, request: Request, pk: str) -> HttpResponseBase:
        return csv_response(write_bad_rows(get_import_for(self.member, pk)), "bad-rows.csv")

    def _respond(self, row: CardImport, status: int = 200) -> Response:
        return Response(self.get_serializer(row).data, status=status)


def csv_response(pieces: Any, filename: str) -> StreamingHttpResponse:  # noqa: ANN401  (any iterator of texts)
    headers = {"Content-Disposition": f'attachment; filename="{filename}"'}
    return StreamingHttpResponse(pieces, content_type="text/csv; charset=utf-8", headers=headers)
