"""The bell, and what it rings for."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from accounts.notices import notices_of
from web.members import MemberRequest, member_required
from web.notice_words import lines_of

SHOWN = 100  # newest first; older ones have had their time


@require_GET
@member_required
def notices(request: MemberRequest) -> HttpResponse:
    newest = notices_of(request.member).order_by("-created_at", "-id")[:SHOWN]
    lines = lines_of(request.member, newest)
    unread_count = sum(line.notice.read_at is None for line in lines)
    return render(request, "notices/notices.html", {"lines": lines, "unread_count": unread_count})


@require_GET
@member_required
def bell(request: MemberRequest) -> HttpResponse:
    """The number at the bell, as a fragment."""
    return render(request, "parts/bell_count.html")


@require_POST
@member_required
def mark_read(request: MemberRequest) -> HttpResponse:
    """All of them, or the one that is named."""
    unread = notices_of(request.member).filter(read_at__isnull=True)
    named = request.POST.get("notice", "")
    if named:
        unread = (
            unread.filter(pk=int(named)) if named.isascii() and named.isdigit() and len(named) < 19 else unread.none()
        )
    unread.update(read_at=timezone.now())
    return redirect("notices")
