"""`contacts/{id}/export.mbox` and `contacts/{id}/erase/`: a person's mail to take away, and the person erased (G16)."""

from __future__ import annotations

from typing import Any

from django.http import StreamingHttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import ApiToken
from api.permissions import require_scope
from api.viewsets import MemberViewSet
from crm.access import get_contact
from privacy.erasing import erase_contact, plan_erasure
from privacy.exporting import export_contact


class ContactMailView(MemberViewSet):
    """The mail of a contact."""

    read_scope = ApiToken.Scope.MAIL_READ
    pagination_class = None

    @extend_schema(
        operation_id="contacts_export_mail",
        responses={(200, "application/mbox"): OpenApiTypes.BINARY},
        description="The letters on the card that you may see, oldest first (mboxrd). Files come from the mail servers "
        "while it is sent; one that cannot be had is named in a header `X-CRM-Mail-Missing-File` of its letter. Needs "
        "`contacts:read` too.",
    )
    def export(self, request: Request, pk: str) -> StreamingHttpResponse:
        require_scope(request, ApiToken.Scope.CONTACTS_READ)
        contact = get_contact(pk)
        headers = {"Content-Disposition": f'attachment; filename="contact-{contact.pk}.mbox"'}
        return StreamingHttpResponse(
            export_contact(self.member, contact), content_type="application/mbox", headers=headers
        )


class EraseSerializer(serializers.Serializer[Any]):
    """Nothing is erased by a slip of the hand."""

    confirm = serializers.CharField(max_length=201, help_text="The name of the contact.")


class ErasurePlanSerializer(serializers.Serializer[Any]):
    """What goes, as far as you may know of it: letters of personal mailboxes that you do not see go uncounted."""

    letters = serializers.IntegerField()
    leads = serializers.IntegerField(help_text="Those of nobody else.")
    customers = serializers.IntegerField(help_text="Those of nobody else.")
    tasks = serializers.IntegerField()
    notes = serializers.IntegerField()
    kept_addresses = serializers.ListField(
        child=serializers.CharField(),
        help_text="They also stand on another card, or belong to the account: their letters stay.",
    )


class ContactErasureView(MemberViewSet):
    """A contact erased everywhere; for administrators."""

    serializer_class = EraseSerializer
    read_scope = ApiToken.Scope.ADMIN
    write_scope = ApiToken.Scope.ADMIN
    needs_fresh_sign_in = True
    pagination_class = None

    @extend_schema(
        operation_id="contacts_erase_plan",
        responses={200: ErasurePlanSerializer},
        description="What would be erased. Nothing is changed.",
    )
    def plan(self, request: Request, pk: str) -> Response:
        return Response(ErasurePlanSerializer(plan_erasure(self.member, get_contact(pk))).data)

    @extend_schema(
        operation_id="contacts_erase",
        responses={202: ErasurePlanSerializer},
        description="Erases the contact everywhere, for good: the card at once, letters, files, drafts and what waits "
        "in the outbox within moments, in all mailboxes of the account. The notice `contact.erased` tells the end.",
    )
    def erase(self, request: Request, pk: str) -> Response:
        contact = get_contact(pk)
        plan = plan_erasure(self.member, contact)
        erase_contact(self.member, contact, confirmation=self.checked_data()["confirm"])
        return Response(ErasurePlanSerializer(plan).data, status=202)
