"""`cards/{kind}/export.csv`: what a list has, as a file."""

from __future__ import annotations

from django.http import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request

from accounts.models import ApiToken
from api.resources.card_imports import csv_response
from api.viewsets import MemberViewSet
from crm.card_lists import exact_filter
from crm.csv_export import export_cards
from crm.errors import CardNotFound
from crm.models import CARDS


class CardExportView(MemberViewSet):
    """Cards as a file."""

    read_scope = ApiToken.Scope.CONTACTS_READ
    pagination_class = None

    @extend_schema(
        operation_id="cards_export",
        parameters=[OpenApiParameter("kind", str, "path", enum=CARDS)],
        responses={(200, "text/csv"): OpenApiTypes.BINARY},
    )
    def export(self, request: Request, kind: str) -> HttpResponseBase:
        """It takes the filters of the kind's list. The same file can be imported again, and changes nothing then."""
        if kind not in CARDS:
            raise CardNotFound
        asked = exact_filter(kind, request.query_params)
        return csv_response(export_cards(self.member, kind, asked), f"{kind}.csv")

    def known_parameters(self) -> set[str]:
        """Of `exact_filter`, which refuses the others."""
        return set(self.request.query_params)
