"""What the frame of a page counts, asked once a request."""

from __future__ import annotations

from django.http import HttpRequest

from outbox.member_counts import MemberCounts, counts_of


def counts_for(request: HttpRequest) -> MemberCounts:
    """Of the request's member, who has to be there."""
    known: MemberCounts | None = getattr(request, "known_counts", None)
    if known is None:
        known = counts_of(request.member)  # type: ignore[attr-defined]  # by accounts.middleware
        request.known_counts = known  # type: ignore[attr-defined]
    return known
