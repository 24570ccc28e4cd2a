"""`contacts/duplicates/`, `contacts/{id}/merge/`, `unmerge/` and `different/`: contacts that are one person, or not."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import ApiToken
from api.domain_errors import field_error
from api.exact import checked, takes
from api.ids import RelatedId
from api.resources.contacts import ContactSerializer
from api.viewsets import MemberViewSet
from crm.access import get_contact
from crm.duplicates import By, find_duplicates, forget_different, mark_different
from crm.merging import MOST, merge_contacts, unmerge_contacts
from crm.models import Contact

MOST_GROUPS = 200


class DuplicatesSerializer(serializers.Serializer[Any]):
    """Contacts that share something. Merge them, oldest first, or say that they are different people."""

    key = serializers.CharField(help_text="What they share, as it is compared.")
    count = serializers.IntegerField(help_text="How many they are; `contacts` names at most 10.")
    contacts = RelatedId(many=True, read_only=True)


class ContactMergeSerializer(serializers.Serializer[Any]):
    contacts = RelatedId(
        queryset=Contact.objects, many=True, help_text=f"Who goes; with the one that stays at most {MOST}."
    )
    fields = serializers.DictField(  # type: ignore[assignment]
        child=RelatedId(queryset=Contact.objects),
        required=False,
        help_text="Whose value stays, by field: `first_name`, `company`, `custom_fields.12`. Left out: the first that "
        "has one.",
    )


class DifferentSerializer(serializers.Serializer[Any]):
    contacts = RelatedId(queryset=Contact.objects, many=True, help_text=f"At most {MOST - 1}.")
    is_different = serializers.BooleanField(default=True, help_text="`false` takes it back.")


class DuplicatesView(MemberViewSet):
    """Contacts that may be the same person."""

    queryset = Contact.objects
    serializer_class = DuplicatesSerializer
    pagination_class = None
    read_scope = ApiToken.Scope.CONTACTS_READ

    @extend_schema(
        operation_id="contacts_duplicates",
        parameters=[OpenApiParameter("by", str, enum=[*By], description="What they share; `email` if left out.")],
        responses={200: DuplicatesSerializer(many=True)},
    )
    @takes("by")
    def duplicates(self, request: Request) -> Response:
        """The first 200 groups."""
        asked = request.query_params.get("by") or By.EMAIL
        if asked not in set(By):
            raise field_error("by", _("There is no such value."))
        groups = find_duplicates(By(asked), limit=MOST_GROUPS)
        return Response(DuplicatesSerializer(groups, many=True).data)


class MergingView(MemberViewSet):
    """Contacts made one, and taken apart again."""

    queryset = Contact.objects
    serializer_class = ContactMergeSerializer
    read_scope = ApiToken.Scope.CONTACTS_READ
    write_scope = ApiToken.Scope.CONTACTS_WRITE
    pagination_class = None

    @extend_schema(operation_id="contacts_merge", responses={200: ContactSerializer})
    def merge(self, request: Request, pk: str) -> Response:
        """The others become this contact. It can be taken back for ten minutes."""
        contact, data = get_contact(pk), self.checked_data()
        choices = {name: chosen.pk for name, chosen in data.get("fields", {}).items()}
        merge_contacts(self.member, contact, data["contacts"], choices=choices)
        return Response(ContactSerializer(get_contact(pk)).data)

    @extend_schema(operation_id="contacts_different", request=DifferentSerializer, responses={204: None})
    def different(self, request: Request, pk: str) -> Response:
        """This contact is a different person than those: as duplicates they do not come again."""
        contact = get_contact(pk)
        data = checked(DifferentSerializer(data=request.data))
        write = mark_different if data["is_different"] else forget_different
        write(self.member, contact, data["contacts"])
        return Response(status=204)

    @extend_schema(operation_id="contacts_unmerge", request=None, responses={200: ContactSerializer(many=True)})
    def unmerge(self, request: Request, pk: str) -> Response:
        """All as it was before the last merge. The answer has this contact and those that are back."""
        contact = get_contact(pk)
        others = unmerge_contacts(self.member, contact)
        return Response([ContactSerializer(get_contact(each.pk)).data for each in (contact, *others)])
