"""What all resources have in common."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest
from django.urls import reverse
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from accounts.models import Membership

FORM_BYTES = 1024 * 1024  # what a multipart body has around its file


class MemberViewSet(GenericViewSet[Any]):
    """A resource for members. Each names its scopes; a list names the ordering of its pages, the last field unique."""

    read_scope: ClassVar[str]
    write_scope: ClassVar[str]
    ordering: ClassVar[tuple[str, ...]] = ("id",)
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
        serializer = self.get_serializer(data=self.request.data, partial=partial)
        serializer.is_valid(raise_exception=True)
        data: dict[str, Any] = serializer.validated_data
        return data
