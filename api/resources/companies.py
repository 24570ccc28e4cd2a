"""`companies/`: firms that contacts work for."""

from __future__ import annotations

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import ApiToken, Membership
from api.card_filters import CompanyFilters
from api.card_lists import CardListView, TagsField
from api.custom_values_field import CustomValuesField
from api.idempotency import idempotent
from api.ids import IdField, RelatedId
from api.resources.timeline import TimelineView
from crm.access import get_company
from crm.card_changes import change_card
from crm.companies import CompanyValues, delete_company, write_company
from crm.contacts import MOST_LINES
from crm.models import Company
from crm.tags import with_tags

FEW = f"At most {MOST_LINES}."


class CompanySerializer(serializers.Serializer[Company]):
    """A company. Its contacts name it in their own `company`."""

    id = IdField(source="pk")
    name = serializers.CharField(max_length=200)
    emails = serializers.ListField(child=serializers.CharField(max_length=320), required=False, help_text=FEW)
    phones = serializers.ListField(child=serializers.CharField(max_length=40), required=False, help_text=FEW)
    contacts = RelatedId(many=True, read_only=True)
    responsible = RelatedId(queryset=Membership.objects.filter(is_active=True), required=False, allow_null=True)
    tags = TagsField()
    custom_fields = CustomValuesField()
    created_at = serializers.DateTimeField(read_only=True)


class CompanyView(CardListView, TimelineView):
    """Companies, by name."""

    queryset = Company.objects
    serializer_class = CompanySerializer
    filterset_class = CompanyFilters
    read_scope = ApiToken.Scope.CONTACTS_READ
    write_scope = ApiToken.Scope.CONTACTS_WRITE
    kind = "company"

    def list(self, request: Request) -> Response:
        return self.respond_list(with_tags(Company.objects.prefetch_related("contacts")))

    def retrieve(self, request: Request, pk: str) -> Response:
        return Response(self.get_serializer(get_company(pk)).data)

    @idempotent()
    def create(self, request: Request) -> Response:
        return self.respond_created(write_company(CompanyValues(**self.checked_data()), member=self.member, how="api"))

    def partial_update(self, request: Request, pk: str) -> Response:
        company = get_company(pk)
        changed = change_card(company, self.checked_data(partial=True), member=self.member)
        return Response(self.get_serializer(changed).data)

    def destroy(self, request: Request, pk: str) -> Response:
        delete_company(self.member, get_company(pk))
        return Response(status=204)
