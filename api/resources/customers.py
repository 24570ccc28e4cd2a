"""`customers/`: who has bought and may buy again."""

from __future__ import annotations

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import ApiToken, Membership
from api.card_filters import CustomerFilters
from api.card_lists import CardListView, TagsField
from api.custom_values_field import CustomValuesField
from api.idempotency import idempotent
from api.ids import IdField, RelatedId
from api.resources.timeline import TimelineView
from crm.access import get_customer
from crm.card_changes import change_card
from crm.customers import CustomerValues, create_customer, delete_customer
from crm.models import Company, Contact, Customer
from crm.tags import with_tags


class CustomerSerializer(serializers.Serializer[Customer]):
    """A customer. Without a name it gets that of its first contact."""

    id = IdField(source="pk")
    name = serializers.CharField(max_length=200, required=False, allow_blank=True)
    contacts = RelatedId(many=True, queryset=Contact.objects, required=False)
    company = RelatedId(queryset=Company.objects, required=False, allow_null=True)
    responsible = RelatedId(queryset=Membership.objects.filter(is_active=True), required=False, allow_null=True)
    next_purchase_at = serializers.DateField(required=False, allow_null=True)
    tags = TagsField()
    custom_fields = CustomValuesField()
    created_at = serializers.DateTimeField(read_only=True)


class CustomerView(CardListView, TimelineView):
    """Customers, by name."""

    queryset = Customer.objects
    serializer_class = CustomerSerializer
    filterset_class = CustomerFilters
    read_scope = ApiToken.Scope.CONTACTS_READ
    write_scope = ApiToken.Scope.CONTACTS_WRITE
    kind = "customer"

    def list(self, request: Request) -> Response:
        return self.respond_list(with_tags(Customer.objects.for_list()))

    def retrieve(self, request: Request, pk: str) -> Response:
        return Response(self.get_serializer(get_customer(pk)).data)

    @idempotent()
    def create(self, request: Request) -> Response:
        return self.respond_created(
            create_customer(CustomerValues(**self.checked_data()), member=self.member, how="api")
        )

    def partial_update(self, request: Request, pk: str) -> Response:
        customer = get_customer(pk)
        changed = change_card(customer, self.checked_data(partial=True), member=self.member)
        return Response(self.get_serializer(changed).data)

    def destroy(self, request: Request, pk: str) -> Response:
        delete_customer(self.member, get_customer(pk))
        return Response(status=204)
