"""Small choices that a person makes in passing."""

from http import HTTPStatus

from django.http import HttpResponse
from django.views.decorators.http import require_POST

from accounts.members import ProfileChanges, change_profile
from accounts.models import User
from web.members import MemberRequest, member_required


@require_POST
@member_required
def is_signed_in(_request: MemberRequest) -> HttpResponse:
    """Asked before a plain form leaves its page (plain_forms.js): what was typed would be lost on the sign-in page."""
    return HttpResponse(status=HTTPStatus.NO_CONTENT)


@require_POST
@member_required
def set_theme(request: MemberRequest) -> HttpResponse:
    theme = request.POST.get("theme", "")
    if theme not in User.Theme.values:
        return HttpResponse(status=HTTPStatus.BAD_REQUEST)
    User.objects.filter(pk=request.member.user_id).update(theme=theme)
    return HttpResponse(status=HTTPStatus.NO_CONTENT)


@require_POST
@member_required
def set_shortcuts(request: MemberRequest) -> HttpResponse:
    """Single keys, on or off: some people press them by accident or by voice (WCAG 2.1.4)."""
    change_profile(request.member, ProfileChanges(has_shortcuts="has_shortcuts" in request.POST))
    return HttpResponse(status=HTTPStatus.NO_CONTENT)
