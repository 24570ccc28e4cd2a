"""`attachments/`: the bytes of a letter's files, fetched from the mail server."""

from __future__ import annotations

import re

from django.http import HttpResponse
from django.utils.http import content_disposition_header
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.request import Request

from accounts.models import ApiToken
from api.domain_errors import Refusal
from api.problems import MEDIA_TYPE
from api.schema import ProblemSerializer
from api.viewsets import MemberViewSet
from mailkit.errors import MessageGone
from outbox.uploads import safe_filename
from sync.attachments import AttachmentBytes, open_attachment
from threads.access import get_attachment_for
from threads.models import Attachment
from threads.why import explain_gone

MEDIA_TYPE_NAME = re.compile(r"[\w!#$&^.+-]+/[\w!#$&^.+-]+", re.ASCII)  # RFC 6838 section 4.2
NOT_A_PAGE = "default-src 'none'; sandbox"


class AttachmentView(MemberViewSet):
    """Files of letters."""

    read_scope = ApiToken.Scope.MAIL_READ

    @extend_schema(
        responses={
            (200, "application/octet-stream"): OpenApiTypes.BINARY,
            (410, MEDIA_TYPE): OpenApiResponse(
                ProblemSerializer,
                "`attachment-gone`: no longer on the mail server, and no copy is kept here. `reason` says why: "
                "`removed_by_us`, `removed_there` or `never_there`.",
            ),
        }
    )
    def retrieve(self, request: Request, pk: str) -> HttpResponse:
        """Always to be saved, never to be shown: what a stranger sent is not a page of ours."""
        file = _open(get_attachment_for(self.member, pk))
        is_media_type = MEDIA_TYPE_NAME.fullmatch(file.content_type)
        response = HttpResponse(
            file.content, content_type=file.content_type if is_media_type else "application/octet-stream"
        )
        disposition = content_disposition_header(as_attachment=True, filename=safe_filename(file.filename))
        response["Content-Disposition"] = disposition or "attachment"
        response["Content-Security-Policy"] = NOT_A_PAGE
        response["X-Content-Type-Options"] = "nosniff"
        return response


def _open(attachment: Attachment) -> AttachmentBytes:
    """Raises Refusal 410 with the reason when it is gone."""
    try:
        return open_attachment(attachment)
    except MessageGone as error:
        gone = explain_gone(attachment.message)
        raise Refusal(410, "attachment-gone", gone.words, reason=gone.code) from error
