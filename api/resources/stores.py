"""`stores/`: the brands or shops that mailboxes belong to."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import ApiToken
from api.idempotency import idempotent
from api.ids import IdField
from api.permissions import ANY_TOKEN
from api.viewsets import MemberViewSet
from crm.access import get_store
from crm.models import Store
from crm.stores import MAX_NAME, create_store, delete_store, rename_store


class StoreSerializer(serializers.Serializer[Store]):
    """A store. Mailboxes name it in their own `store`."""

    id = IdField(source="pk")
    name = serializers.CharField(max_length=MAX_NAME)
    created_at = serializers.DateTimeField(read_only=True)


class StoreView(MemberViewSet):
    """Stores, by name. Administrators change them."""

    queryset = Store.objects
    serializer_class = StoreSerializer
    read_scope = ANY_TOKEN
    write_scope = ApiToken.Scope.ADMIN
    ordering = ("name", "id")

    def list(self, request: Request) -> Response:
        return self.respond_list(Store.objects.all())

    def retrieve(self, request: Request, pk: str) -> Response:
        return Response(self.get_serializer(get_store(pk)).data)

    @idempotent()
    def create(self, request: Request) -> Response:
        return self.respond_created(create_store(self.member, **self.checked_data()))

    def partial_update(self, request: Request, pk: str) -> Response:
        store = get_store(pk)
        name = self.checked_data(partial=True).get("name", store.name)
        return Response(self.get_serializer(rename_store(self.member, store, name)).data)

    @extend_schema(description="Its mailboxes stay, and belong to no store then.")
    def destroy(self, request: Request, pk: str) -> Response:
        delete_store(self.member, get_store(pk))
        return Response(status=204)
