"""Below Deleted: letters of personal mailboxes, of which administrators see that they are there (K63)."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST
from django_htmx.http import trigger_client_event

from threads.withheld import list_withheld, restore_withheld
from web.members import MemberRequest, administrator_required
from web.paging import page_by_time
from web.toasts import toast

PAGE = 20


@require_GET
@administrator_required
def letters(request: MemberRequest) -> HttpResponse:
    """Nothing where there are none. `after` is where the next page begins; `open`: they were unfolded."""
    place = request.GET.get("after", "")
    found = list_withheld(request.member)
    facts = {
        "page": page_by_time(found, place, size=PAGE, field="deleted_at"),
        "count": 0 if place else found.count(),
        "is_next_page": bool(place),
        "is_open": "open" in request.GET,
    }
    return render(request, "mail/withheld.html", facts)


@require_POST
@administrator_required
def restore(request: MemberRequest, withheld_id: int) -> HttpResponse:
    restore_withheld(request.member, withheld_id)
    answer = trigger_client_event(HttpResponse(), "mail-changed", {})
    return toast(answer, _("The letter is back in its owner's mailbox."))
