"""`companies/`: firms that contacts work for."""

from __future__ import annotations

from dataclasses import replace

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import ApiToken, Membership
from api.idempotency import idempotent
from api.ids import IdField, RelatedId
from api.viewsets import MemberViewSet
from crm.access import get_company
from crm.models import Company
from crm.services import CompanyValues, delete_company, write_company


class CompanySerializer(serializers.Serializer[Company]):
    """A company. Its contacts name it in their own `company`."""

    id = IdField(source="pk")
    name = serializers.CharField(max_length=200)
    emails = serializers.ListField(child=serializers.CharField(max_length=320), required=False, max_length=50)
    phones = serializers.ListField(child=serializers.CharField(max_length=40), required=False, max_length=50)
    contacts = RelatedId(many=True, read_only=True)
    responsible = RelatedId(queryset=Membership.objects.filter(is_active=True), required=False, allow_null=True)
    created_at = serializers.DateTimeField(read_only=True)


class CompanyView(MemberViewSet):
    """Companies, by name."""

    queryset = Company.objects
    serializer_class = CompanySerializer
    read_scope = ApiToken.Scope.CONTACTS_READ
    write_scope = ApiToken.Scope.CONTACTS_WRITE
    ordering = ("name", "id")

    def list(self, request: Request) -> Response:
        return self.respond_list(Company.objects.prefetch_related("contacts"))

    def retrieve(self, request: Request, pk: str) -> Response:
        return Response(self.get_serializer(get_company(pk)).data)

    @idempotent()
    def create(self, request: Request) -> Response:
        return self.respond_created(write_company(CompanyValues(**self.checked_data())))

    def partial_update(self, request: Request, pk: str) -> Response:
        company = get_company(pk)
        values = replace(_values_of(company), **self.checked_data(partial=True))
        return Response(self.get_serializer(write_company(values, company)).data)

    def destroy(self, request: Request, pk: str) -> Response:
        delete_company(self.member, get_company(pk))
        return Response(status=204)


def _values_of(company: Company) -> CompanyValues:
    return CompanyValues(company.name, company.emails, company.phones, company.responsible)
