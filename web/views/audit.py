"""Settings, Audit log: who did what, and when. Administrators only."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from accounts.models import AuditEvent
from web.audit_words import lines_of
from web.forms.audit import AuditForm
from web.members import MemberRequest, administrator_required
from web.paging import page_by_time

PAGE = 50


@require_GET
@administrator_required
def audit(request: MemberRequest) -> HttpResponse:
    """What is typed wrong in the address narrows nothing."""
    form = AuditForm(request.GET)
    events = form.narrow(AuditEvent.objects.select_related("actor__user"))
    page = page_by_time(events, request.GET.get("after", ""), size=PAGE)
    query = request.GET.copy()
    query["after"] = page.next_place
    facts = {
        "form": form,
        "lines": lines_of(page.rows),
        "next_query": query.urlencode() if page.next_place else "",
        "is_narrowed": form.is_narrowed,
    }
    template = "settings/parts/audit_rows.html" if request.htmx and "after" in request.GET else "settings/audit.html"
    return render(request, template, facts)
