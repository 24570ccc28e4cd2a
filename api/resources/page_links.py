"""`page-links/`: a page for one card (M110)."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.urls import reverse
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import ApiToken
from api.card_field import CardField, CardFilters
from api.idempotency import idempotent
from api.ids import IdField, IdFilter, RowIdField
from api.viewsets import MemberViewSet
from pages.access import check_mailer, get_page_for, get_page_link_for
from pages.addresses import address_of
from pages.links import is_expired, make_link_by, revoke_link
from pages.models import PageLink


class PageLinkSerializer(serializers.Serializer[PageLink]):
    """Who has `url` sees the page. There is one for each page and card."""

    id = IdField(source="pk")
    page = RowIdField(source="page_id")
    card = CardField()
    url = serializers.SerializerMethodField()
    look_url = serializers.SerializerMethodField(help_text="The same for members of the account: no visit is counted.")
    expires_at = serializers.DateTimeField(read_only=True, allow_null=True)
    is_expired = serializers.SerializerMethodField()
    opens = serializers.IntegerField(source="tracked.open_count", read_only=True)
    machine_opens = serializers.IntegerField(source="tracked.machine_count", read_only=True)
    last_opened_at = serializers.DateTimeField(source="tracked.last_opened_at", read_only=True, allow_null=True)
    created_at = serializers.DateTimeField(read_only=True)

    def get_url(self, link: PageLink) -> str:
        return address_of(link, link.page)

    def get_look_url(self, link: PageLink) -> str:
        return f"{settings.BASE_URL}{reverse('page_link_look', args=[link.pk])}"

    def get_is_expired(self, link: PageLink) -> bool:
        return is_expired(link)


class PageLinkFilters(CardFilters):
    page = IdFilter(field_name="page_id")


class PageLinkView(MemberViewSet):
    """For users of the Mailer."""

    queryset = PageLink.objects
    serializer_class = PageLinkSerializer
    filterset_class = PageLinkFilters
    read_scope = ApiToken.Scope.CONTACTS_READ
    write_scope = ApiToken.Scope.CONTACTS_WRITE
    ordering = ("-created_at", "-id")

    def list(self, request: Request) -> Response:
        check_mailer(self.member)
        return self.respond_list(PageLink.objects.for_list())

    def retrieve(self, request: Request, pk: str) -> Response:
        return self._respond(get_page_link_for(self.member, pk))

    @extend_schema(description="The one there is, or a new one. Its lifetime begins anew.")
    @idempotent()
    def create(self, request: Request) -> Response:
        check_mailer(self.member)
        data: dict[str, Any] = self.checked_data()
        page = get_page_for(self.member, data["page_id"])
        return self.respond_created(make_link_by(self.member, page, data["card"]))

    @extend_schema(description="Its address is unknown from now on.")
    def destroy(self, request: Request, pk: str) -> Response:
        revoke_link(self.member, get_page_link_for(self.member, pk))
        return Response(status=204)

    def _respond(self, link: PageLink) -> Response:
        return Response(self.get_serializer(link).data)
