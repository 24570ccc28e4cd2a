"""`contacts/`: people outside of the account."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import ApiToken, Membership
from api.card_filters import ContactFilters
from api.card_lists import CardListView, TagsField
from api.custom_values_field import CustomValuesField
from api.domain_errors import field_error
from api.idempotency import idempotent
from api.ids import IdField, RelatedId
from api.resources.removed_mail import RemovedMailView
from api.resources.timeline import TimelineView
from crm.access import get_contact
from crm.card_changes import change_card
from crm.contact_names import MAX_NAME, MAX_PART
from crm.contacts import MOST_LINES, ContactValues, create_contact, delete_contact
from crm.models import Company, Contact, ContactEmail, Store
from crm.tags import with_tags
from outbox.models import Suppression
from outbox.suppression import reasons_on, set_unsubscribed
from threads.models import Message

NAME = "As it is shown. Sent without `first_name` and `last_name`, it is taken apart at the first space."
FEW = f"At most {MOST_LINES}. A contact that merges gave more may keep them."


class AddressesField(serializers.ListField):
    """Plain strings on the wire, rows of their own with us."""

    child = serializers.CharField(max_length=320)

    def to_representation(self, data: Any) -> list[str]:  # noqa: ANN401  (a related manager)
        rows: Iterable[ContactEmail] = data.all()
        return [row.email for row in rows]


class ReasonField(serializers.BooleanField):
    """Whether one of the addresses takes no mail for this reason: kept by address, for whoever has it."""

    def __init__(self, reason: Suppression.Reason, **options: Any) -> None:
        super().__init__(**options)
        self.reason = reason

    def get_attribute(self, instance: Contact) -> bool:
        """Of a list, asked once for all its contacts."""
        known: frozenset[tuple[str, int]] | None = self.context.get("reasons")
        return (self.reason.value, instance.pk) in (reasons_on([instance]) if known is None else known)


class ContactSerializer(serializers.Serializer[Contact]):
    """A contact. Lists of addresses and phones are sent and replaced as a whole."""

    id = IdField(source="pk")
    first_name = serializers.CharField(max_length=MAX_PART, required=False, allow_blank=True)
    last_name = serializers.CharField(max_length=MAX_PART, required=False, allow_blank=True)
    name = serializers.CharField(max_length=MAX_NAME, required=False, allow_blank=True, help_text=NAME)
    emails = AddressesField(required=False, help_text=FEW)
    phones = serializers.ListField(child=serializers.CharField(max_length=40), required=False, help_text=FEW)
    company = RelatedId(queryset=Company.objects, required=False, allow_null=True)
    responsible = RelatedId(queryset=Membership.objects.filter(is_active=True), required=False, allow_null=True)
    store = RelatedId(queryset=Store.objects, required=False, allow_null=True)
    tags = TagsField()
    unsubscribed = ReasonField(
        Suppression.Reason.UNSUBSCRIBED,
        required=False,
        help_text="One of the addresses wants no mail: who writes to it is warned.",
    )
    bounced = ReasonField(
        Suppression.Reason.BOUNCED, read_only=True, help_text="Letters to one of the addresses come back."
    )
    custom_fields = CustomValuesField()
    created_at = serializers.DateTimeField(read_only=True)


class WrittenContactSerializer(ContactSerializer):
    """The answer to a change."""

    linked_messages = serializers.IntegerField(
        read_only=True, help_text="Stored letters, of those you may see, that this change put on the card."
    )


class ContactView(CardListView, TimelineView, RemovedMailView):
    """Contacts, by name."""

    queryset = Contact.objects
    serializer_class = ContactSerializer
    filterset_class = ContactFilters
    read_scope = ApiToken.Scope.CONTACTS_READ
    write_scope = ApiToken.Scope.CONTACTS_WRITE
    kind = "contact"

    def list(self, request: Request) -> Response:
        page = self.page_of(with_tags(Contact.objects.for_list()))
        context = {**self.get_serializer_context(), "reasons": reasons_on(page)}
        return self.get_paginated_response([ContactSerializer(row, context=context).data for row in page])

    def retrieve(self, request: Request, pk: str) -> Response:
        return Response(self.get_serializer(get_contact(pk)).data)

    @extend_schema(responses={201: WrittenContactSerializer})
    @idempotent()
    def create(self, request: Request) -> Response:
        contact = _create(self.member, _taken_apart(self.checked_data(), ""))
        answer = self.respond_created(get_contact(contact.pk))
        answer.data["linked_messages"] = self._count_mail(contact)
        return answer

    @extend_schema(responses={200: WrittenContactSerializer})
    def partial_update(self, request: Request, pk: str) -> Response:
        contact = get_contact(pk)
        data, before = _taken_apart(self.checked_data(partial=True), contact.name), self._count_mail(contact)
        _change(self.member, contact, data)
        linked = max(self._count_mail(contact) - before, 0)
        return Response({**self.get_serializer(get_contact(pk)).data, "linked_messages": linked})

    def destroy(self, request: Request, pk: str) -> Response:
        delete_contact(self.member, get_contact(pk))
        return Response(status=204)

    def _count_mail(self, contact: Contact) -> int:
        return Message.objects.visible_to(self.member).kept().of_contact(contact).count()


def _taken_apart(data: dict[str, Any], shown: str) -> dict[str, Any]:
    """With the two parts of a name that was sent as one. Raises ValidationError."""
    name = " ".join(data.pop("name", "").split())
    if name in ("", shown) or data.keys() & {"first_name", "last_name"}:
        return data
    first, _space, last = name.partition(" ")
    if max(len(first), len(last)) > MAX_PART:
        raise field_error("name", _("Send “first_name” and “last_name”, each of at most 100 characters."))
    return {**data, "first_name": first, "last_name": last}


@transaction.atomic
def _create(member: Membership, values: dict[str, Any]) -> Contact:
    unsubscribed = values.pop("unsubscribed", False)
    made = create_contact(ContactValues(**values), member=member, how="api")
    if unsubscribed:
        _set_unsubscribed(member, made.pk, is_unsubscribed=True)
    return made


@transaction.atomic
def _change(member: Membership, contact: Contact, changes: dict[str, Any]) -> None:
    unsubscribed = changes.pop("unsubscribed", None)
    change_card(contact, changes, member=member)
    if unsubscribed is not None:
        _set_unsubscribed(member, contact.pk, is_unsubscribed=unsubscribed)


def _set_unsubscribed(member: Membership, contact_id: int, *, is_unsubscribed: bool) -> None:
    addresses = ContactEmail.objects.filter(contact=contact_id).values_list("email", flat=True)
    set_unsubscribed(member, list(addresses), is_unsubscribed=is_unsubscribed)
