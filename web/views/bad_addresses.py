"""Addresses that take no mail: who writes to one is warned, and here it is taken off the list."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from outbox.suppression import lift, suppressions_of
from web.mail_address import OUTBOX, Place
from web.mail_list import side_of
from web.members import MemberRequest, member_required
from web.paging import page_by_time
from web.toasts import toast

PAGE = 50


@require_GET
@member_required
def addresses(request: MemberRequest) -> HttpResponse:
    found = suppressions_of(request.member).select_related("message")
    page = page_by_time(found, request.GET.get("from", ""), size=PAGE)
    facts = {"heading": _("Addresses that take no mail"), "rows": page.rows, "next_place": page.next_place}
    return render(request, "mail/bad_addresses.html", {**side_of(request, Place(folder=OUTBOX)), **facts})


@require_POST
@member_required
def lift_one(request: MemberRequest, suppression_id: int) -> HttpResponse:
    lift(request.member, suppression_id)
    return toast(redirect("bad_addresses"), _("You are not warned about this address any more"))
