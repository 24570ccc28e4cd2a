"""`custom-fields/`: the fields of an account's own."""

from __future__ import annotations

from dataclasses import replace

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import ApiToken
from accounts.numbers import MOST_CHOSEN
from api.idempotency import idempotent
from api.ids import IdField
from api.permissions import ANY_TOKEN
from api.viewsets import MemberViewSet
from crm.access import get_custom_field
from crm.custom_fields import FieldValues, change_field, create_field, delete_field
from crm.models import CustomField


class CustomFieldSerializer(serializers.Serializer[CustomField]):
    """A field. Its number stands in forms, its code in templates; entity, type, number and code are for good."""

    id = IdField(source="pk")
    number = serializers.IntegerField(required=False, allow_null=True, min_value=1, max_value=MOST_CHOSEN)
    code = serializers.CharField(required=False, allow_blank=True, max_length=50)
    entity = serializers.ChoiceField(CustomField.Entity.choices)
    name = serializers.CharField(max_length=100)
    type = serializers.ChoiceField(CustomField.Type.choices)
    options = serializers.ListField(child=serializers.CharField(max_length=200), required=False, max_length=500)
    position = serializers.IntegerField(required=False, allow_null=True, min_value=0, max_value=32767)


class CustomFieldView(MemberViewSet):
    """Fields of the account's own. Administrators change them."""

    queryset = CustomField.objects
    serializer_class = CustomFieldSerializer
    filterset_fields = ("entity", "type")
    read_scope = ANY_TOKEN
    write_scope = ApiToken.Scope.ADMIN
    ordering = ("number",)

    def list(self, request: Request) -> Response:
        return self.respond_list(CustomField.objects.all())

    def retrieve(self, request: Request, pk: str) -> Response:
        return Response(self.get_serializer(get_custom_field(pk)).data)

    @idempotent()
    def create(self, request: Request) -> Response:
        return self.respond_created(create_field(self.member, FieldValues(**self.checked_data())))

    def partial_update(self, request: Request, pk: str) -> Response:
        field = get_custom_field(pk)
        values = replace(_values_of(field), **self.checked_data(partial=True))
        return Response(self.get_serializer(change_field(self.member, field, values)).data)

    @extend_schema(description="With everything that was filled in.")
    def destroy(self, request: Request, pk: str) -> Response:
        delete_field(self.member, get_custom_field(pk))
        return Response(status=204)


def _values_of(field: CustomField) -> FieldValues:
    return FieldValues(field.entity, field.name, field.type, field.number, field.code, field.options, field.position)
