"""Settings, Profile: the senders whose remote images are always shown to this member."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.models import Membership
from threads.consents import consents_of, forbid_images, get_consent_for
from threads.models import ImageConsent
from web.members import MemberRequest, member_required
from web.paging import Page, page_by_time

PAGE = 20


def page_of_senders(member: Membership, place: str = "") -> Page[ImageConsent]:
    """Those allowed last first."""
    return page_by_time(consents_of(member), place, size=PAGE)


@require_GET
@member_required
def rows(request: MemberRequest) -> HttpResponse:
    """The next page of the list."""
    page = page_of_senders(request.member, request.GET.get("from", ""))
    return render(request, "settings/image_sender_rows.html", {"senders": page})


@require_POST
@member_required
def remove(request: MemberRequest, consent_id: int) -> HttpResponse:
    sender = get_consent_for(request.member, consent_id).sender_key
    forbid_images(request.member, sender)
    messages.success(request, _("Images from %(address)s are blocked again") % {"address": sender})
    return redirect("profile")
