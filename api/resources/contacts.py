"""`contacts/`: people outside of the account."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from django.db.models import QuerySet
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import ApiToken, Membership
from api.idempotency import idempotent
from api.ids import IdField, IdFilter, RelatedId
from api.resources.removed_mail import RemovedMailView
from crm.access import get_contact
from crm.models import Company, Contact, ContactEmail
from crm.services import ContactValues, change_contact, create_contact, delete_contact
from threads.models import Message


class AddressesField(serializers.ListField):
    """Plain strings on the wire, rows of their own with us."""

    child = serializers.CharField(max_length=320)

    def to_representation(self, data: Any) -> list[str]:  # noqa: ANN401  (a related manager)
        rows: Iterable[ContactEmail] = data.all()
        return [row.email for row in rows]


class ContactSerializer(serializers.Serializer[Contact]):
    """A contact. Lists of addresses and phones are sent and replaced as a whole."""

    id = IdField(source="pk")
    first_name = serializers.CharField(max_length=100, required=False, allow_blank=True)
    last_name = serializers.CharField(max_length=100, required=False, allow_blank=True)
    name = serializers.CharField(read_only=True)
    emails = AddressesField(required=False, max_length=50)
    phones = serializers.ListField(child=serializers.CharField(max_length=40), required=False, max_length=50)
    company = RelatedId(queryset=Company.objects, required=False, allow_null=True)
    responsible = RelatedId(queryset=Membership.objects.filter(is_active=True), required=False, allow_null=True)
    created_at = serializers.DateTimeField(read_only=True)


class WrittenContactSerializer(ContactSerializer):
    """The answer to a change."""

    linked_messages = serializers.IntegerField(
        read_only=True, help_text="Stored letters, of those you may see, that this change put on the card."
    )


class ContactFilters(filters.FilterSet):
    company = IdFilter(field_name="company_id")
    responsible = IdFilter(field_name="responsible_id")
    email = filters.CharFilter(method="filter_email", max_length=320)

    def filter_email(self, rows: QuerySet[Contact], _name: str, email: str) -> QuerySet[Contact]:
        return rows.filter(pk__in=Contact.objects.with_address(email).values("pk"))


class ContactView(RemovedMailView):
    """Contacts, by name."""

    queryset = Contact.objects
    serializer_class = ContactSerializer
    filterset_class = ContactFilters
    read_scope = ApiToken.Scope.CONTACTS_READ
    write_scope = ApiToken.Scope.CONTACTS_WRITE
    ordering = ("name", "id")

    def list(self, request: Request) -> Response:
        return self.respond_list(Contact.objects.for_list())

    def retrieve(self, request: Request, pk: str) -> Response:
        return Response(self.get_serializer(get_contact(pk)).data)

    @extend_schema(responses={201: WrittenContactSerializer})
    @idempotent()
    def create(self, request: Request) -> Response:
        contact = create_contact(ContactValues(**self.checked_data()))
        answer = self.respond_created(contact)
        answer.data["linked_messages"] = self._count_mail(contact)
        return answer

    @extend_schema(responses={200: WrittenContactSerializer})
    def partial_update(self, request: Request, pk: str) -> Response:
        contact = get_contact(pk)
        data, before = self.checked_data(partial=True), self._count_mail(contact)
        contact = change_contact(contact, replace(_values_of(contact), **data))
        linked = max(self._count_mail(contact) - before, 0)
        return Response({**self.get_serializer(contact).data, "linked_messages": linked})

    def destroy(self, request: Request, pk: str) -> Response:
        delete_contact(self.member, get_contact(pk))
        return Response(status=204)

    def _count_mail(self, contact: Contact) -> int:
        return Message.objects.visible_to(self.member).kept().of_contact(contact).count()


def _values_of(contact: Contact) -> ContactValues:
    return ContactValues(
        first_name=contact.first_name,
        last_name=contact.last_name,
        emails=[row.email for row in contact.emails.all()],
        phones=contact.phones,
        company=contact.company,
        responsible=contact.responsible,
    )
