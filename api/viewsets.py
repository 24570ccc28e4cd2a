"""What all resources have in common."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest
from django.urls import reverse
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from accounts.models import Membership
from api.exact import PAGE, check_parameters, checked

FORM_BYTES = 1024 * 1024  # what a multipart body has around its file


class OneForm(DefaultContentNegotiation):
    """Each answer has one form, which is sent whatever the header Accept says (RFC 9110 section 12.4.1): the files that
    views answer with are no renderers of DRF's, and `?format=` may be a filter.
    """

    def select_renderer(self, request: Request, renderers: Any, format_suffix: str | None = None) -> Any:  # noqa: ANN401
        return renderers[0], renderers[0].media_type


class MemberViewSet(GenericViewSet[Any]):
    """A resource for members. Each names its scopes; a list names the ordering of its pages, the last field unique."""

    read_scope: ClassVar[str]
    write_scope: ClassVar[str]
    ordering: ClassVar[tuple[str, ...]] = ("id",)
    content_negotiation_class = OneForm
    filterset_class: Any = None  # so that an action of any resource may say that it has none
    needs_fresh_sign_in: ClassVar[bool] = False  # changes made from a page need a recent password (sudo mode)

    @property
    def member(self) -> Membership:
        member: Membership = self.request.member  # type: ignore[attr-defined]
        return member

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """DRF reads a JSON body without asking for its size."""
        super().initial(request, *args, **kwargs)
        is_multipart = (request.content_type or "").startswith("multipart/")
        limit = settings.ATTACHMENTS_MAX_BYTES + FORM_BYTES if is_multipart else settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        if int(request.META.get("CONTENT_LENGTH") or 0) > limit:
            raise RequestDataTooBig
        if self.action:
            check_parameters(request.query_params, self.known_parameters())

    def known_parameters(self) -> set[str]:
        """Of the address that is asked; an action that has other ones than those of a list names them by `takes`."""
        known = set(getattr(getattr(self, self.action, None), "parameters", ()))
        if self.action != "list":
            return known
        pages = PAGE if self.pagination_class else ()
        filters = getattr(self.filterset_class, "base_filters", ())
        return {*known, *pages, *filters, *getattr(self, "filterset_fields", ())}

    def finalize_response(self, request: Request | HttpRequest, response: Any, *args: Any, **kwargs: Any) -> Response:  # noqa: ANN401
        """What members see is theirs: no cache may keep it."""
        answer = super().finalize_response(request, response, *args, **kwargs)  # type: ignore[arg-type]
        answer.headers.setdefault("Cache-Control", "no-store")
        return answer

    def asked_ordering(self) -> tuple[str, ...]:
        """Of the page that is asked for."""
        return self.ordering

    def page_of(self, rows: Any) -> list[Any]:  # noqa: ANN401
        """The asked page of these rows, filtered as asked."""
        return list(self.paginate_queryset(self.filter_queryset(rows)) or [])

    def respond_list(self, rows: Any) -> Response:  # noqa: ANN401
        return self.get_paginated_response(self.get_serializer(self.page_of(rows), many=True).data)

    def respond_created(self, row: Any) -> Response:  # noqa: ANN401
        """201 with its Location."""
        url = reverse(f"{self.basename}-detail", args=[row.pk])
        return Response(self.get_serializer(row).data, status=201, headers={"Location": url})

    def checked_data(self, *, partial: bool = False) -> dict[str, Any]:
        """The request's body after the serializer's checks. Raises ValidationError."""
        data: dict[str, Any] = checked(self.get_serializer(data=self.request.data, partial=partial))
        return data
