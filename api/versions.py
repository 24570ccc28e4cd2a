"""ETag and If-Match: who changes what somebody else changed meanwhile is told, and nothing is lost (RFC 9110 13.1.1).

Optional: a client that sends no If-Match overwrites what is there.
"""

from __future__ import annotations

from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request

from api.domain_errors import field_error

HEADER = "If-Match"
PARAMETER = OpenApiParameter(
    HEADER, str, OpenApiParameter.HEADER, description="The ETag you have read. Another one there now: 412."
)


def etag_of(version: int) -> str:
    return f'"{version}"'


def asked_version(request: Request) -> int | None:
    """None: whatever is there. Raises ValidationError."""
    given = request.headers.get(HEADER, "*").strip()
    plain = given.removeprefix("W/").strip('"')
    if given == "*":
        return None
    if not (plain.isascii() and plain.isdigit() and len(plain) < 10):
        raise field_error(HEADER, _("This is no ETag of ours."))
    return int(plain)
