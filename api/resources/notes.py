"""`notes/`: what members, and rules of the account, wrote on cards."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import ApiToken
from api.card_field import CardField, CardFilters
from api.domain_errors import field_error
from api.idempotency import idempotent
from api.ids import IdField, IdFilter, RelatedId
from api.viewsets import MemberViewSet
from crm.access import get_note
from crm.models import Note
from crm.notes import MAX_TEXT, change_note, create_note, delete_note


class NoteSerializer(serializers.Serializer[Note]):
    """A note. Plain text; line breaks are kept."""

    id = IdField(source="pk")
    text = serializers.CharField(max_length=MAX_TEXT)
    card = CardField(help_text="It stays on this card.")
    author = RelatedId(read_only=True, allow_null=True, help_text="null: a rule of the account.")
    created_at = serializers.DateTimeField(read_only=True)
    changed_at = serializers.DateTimeField(read_only=True, allow_null=True)


class NoteFilters(CardFilters):
    author = IdFilter(field_name="author_id")


class NoteView(MemberViewSet):
    """Notes, the newest first. Every member reads them; who wrote one, and administrators, change it."""

    queryset = Note.objects
    serializer_class = NoteSerializer
    filterset_class = NoteFilters
    read_scope = ApiToken.Scope.CONTACTS_READ
    write_scope = ApiToken.Scope.CONTACTS_WRITE
    ordering = ("-created_at", "-id")

    def list(self, request: Request) -> Response:
        return self.respond_list(Note.objects.all())

    def retrieve(self, request: Request, pk: str) -> Response:
        return Response(self.get_serializer(get_note(pk)).data)

    @idempotent()
    def create(self, request: Request) -> Response:
        data = self.checked_data()
        return self.respond_created(create_note(data["card"], data["text"], author=self.member))

    @extend_schema(description="403 when it is another's and you are no administrator.")
    def partial_update(self, request: Request, pk: str) -> Response:
        note, data = get_note(pk), self.checked_data(partial=True)
        if "card" in data and data["card"] != note.card:
            raise field_error("card", str(_("A note stays on its card.")))
        return Response(self.get_serializer(change_note(self.member, note, data.get("text", note.text))).data)

    @extend_schema(description="403 when it is another's and you are no administrator.")
    def destroy(self, request: Request, pk: str) -> Response:
        delete_note(self.member, get_note(pk))
        return Response(status=204)
