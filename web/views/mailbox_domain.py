"""Settings of a mailbox, "Sending domain": what receivers find in the DNS, explained (R15, M100)."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from mailboxes import limits
from mailboxes.access import get_mailbox_for
from mailboxes.domain_report import report_domain
from mailboxes.errors import SettingRefused, TooManyTries
from mailkit.addresses import domain_of
from web.mailbox_health import health_of
from web.members import MemberRequest, member_required
from web.views.mailboxes import can_manage


@require_GET
@member_required
def domain(request: MemberRequest, mailbox_id: int) -> HttpResponse:
    """The page comes at once and asks for its report (`?check=1`), which takes as long as the DNS does."""
    mailbox = get_mailbox_for(request.member, mailbox_id)
    selector = request.GET.get("selector", "")
    facts: dict[str, Any] = {"mailbox": mailbox, "selector": selector, "domain": domain_of(mailbox.address)}
    status = HTTPStatus.OK
    if request.GET.get("check"):
        try:
            limits.check(request.member, "detect")
            facts["report"] = report_domain(mailbox, selector=selector)
        except (SettingRefused, TooManyTries) as error:
            facts["error"], status = error.message, HTTPStatus.UNPROCESSABLE_ENTITY
    if request.htmx:
        return render(request, "settings/parts/domain_report.html", facts, status=status)
    facts |= {"health": health_of(mailbox), "can_manage": can_manage(request.member, mailbox), "is_domain": True}
    return render(request, "settings/mailbox_domain.html", facts, status=status)
