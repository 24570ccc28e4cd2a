"""`pages/` and `page-subdomains/`: web pages for clients (M110-M117)."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import Any

from django.utils.translation import gettext as _
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import ApiToken
from api.card_field import CardField
from api.domain_errors import field_error
from api.idempotency import idempotent
from api.ids import IdField, RowIdField
from api.versions import PARAMETER, asked_version, etag_of
from api.viewsets import MemberViewSet
from letter_templates.models import Template
from mailboxes import limits
from pages.access import check_admin, check_mailer, get_page_for
from pages.addresses import origin_of
from pages.models import Page, Subdomain
from pages.pages import create_page, delete_page, duplicate_page, save_page
from pages.previewing import preview_page
from pages.requests import MAX_NAME_CHARS, PageFields, fields_of
from pages.subdomains import add_subdomain, list_subdomains, remove_subdomain


class PageSerializer(serializers.Serializer[Page]):
    """`code` is what a trigger writes into a field: the link of the card. Words: see `templates/fields/`."""

    id = IdField(source="pk")
    number = serializers.IntegerField(required=False, min_value=1, help_text="Chosen once, or the next free one.")
    code = serializers.CharField(read_only=True)
    name = serializers.CharField(
        max_length=MAX_NAME_CHARS, required=False, help_text="In the list; without it, the header or the title."
    )
    header = serializers.CharField(required=False, allow_blank=True, help_text="The name of the browser's tab.")
    title = serializers.CharField(required=False, allow_blank=True, help_text="The end of the address.")
    format = serializers.ChoiceField(Template.Format.choices, required=False)
    body = serializers.CharField(required=False, allow_blank=True, trim_whitespace=False)
    lifetime_days = serializers.IntegerField(required=False, allow_null=True, help_text="Null: for ever.")
    cache_seconds = serializers.IntegerField(required=False)
    subdomain = serializers.CharField(required=False, allow_blank=True)
    on_open = serializers.ListField(
        child=RowIdField(),
        required=False,
        help_text="Triggers that run when the page is opened.",
    )
    metrica_id = serializers.CharField(required=False, allow_blank=True)
    gtm_id = serializers.CharField(required=False, allow_blank=True)
    version = serializers.IntegerField(read_only=True)
    links_made = serializers.IntegerField(read_only=True)
    opens = serializers.IntegerField(read_only=True, help_text="By people, or by what is not known to be a machine.")
    last_opened_at = serializers.DateTimeField(read_only=True, allow_null=True)
    created_at = serializers.DateTimeField(read_only=True)
    updated_at = serializers.DateTimeField(read_only=True)


class PageForCardSerializer(serializers.Serializer[Any]):
    """Whose fields are filled in. Without a card they are empty."""

    card = CardField(required=False, allow_null=True)


class PagePreviewSerializer(serializers.Serializer[Any]):
    """`html` is the whole document. Trigger links and forms in it lead nowhere."""

    header = serializers.CharField()
    html = serializers.CharField()
    empty_fields = serializers.ListField(child=serializers.CharField())


class PageFilters(filters.FilterSet):
    q = filters.CharFilter(field_name="name", lookup_expr="icontains")
    number = filters.NumberFilter()


class PageView(MemberViewSet):
    """For users of the Mailer; administrators write them."""

    queryset = Page.objects
    serializer_class = PageSerializer
    filterset_class = PageFilters
    read_scope = ApiToken.Scope.CONTACTS_READ
    write_scope = ApiToken.Scope.ADMIN
    ordering = ("name", "id")

    def list(self, request: Request) -> Response:
        check_mailer(self.member)
        return self.respond_list(Page.objects.with_sums())

    def retrieve(self, request: Request, pk: str) -> Response:
        return self._respond(get_page_for(self.member, pk))

    @idempotent(is_atomic=False)
    def create(self, request: Request) -> Response:
        data = self.checked_data()
        number = data.pop("number", None)
        if "name" not in data:
            data["name"] = _name_of(data)
        return self.respond_created(_summed(create_page(self.member, _fields(None, data), number=number)))

    @extend_schema(parameters=[PARAMETER], description="The number stays as it is.")
    def partial_update(self, request: Request, pk: str) -> Response:
        page = get_page_for(self.member, pk)
        data = self.checked_data(partial=True)
        if data.pop("number", page.number) != page.number:
            raise field_error("number", _("This cannot be changed later. Make another page."))
        version = asked_version(request)
        # What was left out of the body is as we read it just now: nobody may have changed it in between.
        read = page.version if version is None else version
        return self._respond(save_page(self.member, pk, _fields(page, data), read))

    def destroy(self, request: Request, pk: str) -> Response:
        delete_page(self.member, pk)
        return Response(status=204)

    @extend_schema(request=None, description="A copy with a number of its own.", responses={201: PageSerializer})
    @action(detail=True, methods=["post"])
    def duplicate(self, request: Request, pk: str) -> Response:
        return self.respond_created(_summed(duplicate_page(self.member, pk)))

    @extend_schema(request=PageForCardSerializer, responses={200: PagePreviewSerializer})
    @action(detail=True, methods=["post"], serializer_class=PageForCardSerializer)
    def preview(self, request: Request, pk: str) -> Response:
        limits.check(self.member, "preview")
        page = get_page_for(self.member, pk)
        made = preview_page(self.member, fields_of(page), self.checked_data().get("card"))
        return Response(PagePreviewSerializer(asdict(made)).data)

    def _respond(self, page: Page) -> Response:
        return Response(self.get_serializer(_summed(page)).data, headers={"ETag": etag_of(page.version)})


class SubdomainSerializer(serializers.Serializer[Subdomain]):
    """A name before the pages' domain, such as `offers`. No two accounts have the same one."""

    id = IdField(source="pk")
    label = serializers.CharField(max_length=63)  # type: ignore[assignment]  # a field is called so too
    origin = serializers.SerializerMethodField()
    created_at = serializers.DateTimeField(read_only=True)

    def get_origin(self, subdomain: Subdomain) -> str:
        return origin_of(subdomain.label)


class SubdomainView(MemberViewSet):
    """At most three; administrators change them."""

    queryset = Subdomain.objects
    serializer_class = SubdomainSerializer
    read_scope = ApiToken.Scope.CONTACTS_READ
    write_scope = ApiToken.Scope.ADMIN
    ordering = ("label", "id")

    def list(self, request: Request) -> Response:
        return self.respond_list(list_subdomains(self.member))

    @idempotent()
    def create(self, request: Request) -> Response:
        check_admin(self.member)
        made = add_subdomain(self.member, self.checked_data()["label"])
        return Response(self.get_serializer(made).data, status=201)

    def destroy(self, request: Request, pk: str) -> Response:
        remove_subdomain(self.member, pk)
        return Response(status=204)


def _summed(page: Page) -> Page:
    """As a list shows it."""
    return Page.objects.with_sums().get(pk=page.pk)


def _name_of(data: dict[str, Any]) -> str:
    """Raises ValidationError."""
    name: str = (data.get("header") or data.get("title") or "")[:MAX_NAME_CHARS].strip()
    if not name:
        raise field_error("name", str(serializers.Field.default_error_messages["required"]), code="required")
    return name


def _fields(page: Page | None, data: dict[str, Any]) -> PageFields:
    """The page with what a body changes."""
    before = fields_of(page) if page else PageFields(name=data["name"])
    lists = {"on_open": tuple(data["on_open"])} if "on_open" in data else {}
    return replace(before, **{**data, **lists})
