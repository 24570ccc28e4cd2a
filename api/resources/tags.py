"""`tags/`: the words that mark cards."""

from __future__ import annotations

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import ApiToken
from api.domain_errors import Refusal
from api.idempotency import idempotent
from api.ids import IdField
from api.viewsets import MemberViewSet
from crm.access import get_tag
from crm.errors import NameTaken
from crm.models import Tag
from crm.tags import MAX_NAME, create_tag, delete_tag, list_tags, merge_tags, rename_tag


class TagSerializer(serializers.Serializer[Tag]):
    """A tag. Cards name it in their own `tags`."""

    id = IdField(source="pk")
    name = serializers.CharField(max_length=MAX_NAME)
    merge = serializers.BooleanField(
        write_only=True,
        required=False,
        help_text="Renamed to what another tag is called, it becomes one with that; else the answer is 409.",
    )


class TagView(MemberViewSet):
    """Tags, by name. Using a new one on a card makes it; administrators tidy the list."""

    queryset = Tag.objects
    serializer_class = TagSerializer
    read_scope = ApiToken.Scope.CONTACTS_READ
    write_scope = ApiToken.Scope.ADMIN
    ordering = ("name", "id")

    def list(self, request: Request) -> Response:
        return self.respond_list(list_tags())

    def retrieve(self, request: Request, pk: str) -> Response:
        return Response(self.get_serializer(get_tag(pk)).data)

    @idempotent()
    def create(self, request: Request) -> Response:
        return self.respond_created(create_tag(self.member, self.checked_data()["name"]))

    @extend_schema(description="Its cards keep it under its new name.")
    def partial_update(self, request: Request, pk: str) -> Response:
        tag, data = get_tag(pk), self.checked_data(partial=True)
        try:
            changed = rename_tag(self.member, tag, data.get("name", tag.name))
        except NameTaken as error:
            if not data.get("merge"):
                words = _("There is a tag of this name already. Send merge: true to make them one.")
                raise Refusal(409, "name-taken", words, other=str(error.other_id)) from error
            changed = merge_tags(self.member, get_tag(pk), get_tag(error.other_id))
        return Response(self.get_serializer(changed).data)

    @extend_schema(description="Its cards stay, without it.")
    def destroy(self, request: Request, pk: str) -> Response:
        delete_tag(self.member, get_tag(pk))
        return Response(status=204)
