"""Settings, API tokens: made, shown once, revoked."""

from __future__ import annotations

from http import HTTPStatus

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.audit import record
from accounts.models import ApiToken, Membership
from accounts.tokens import create_token, revoke_token
from web.forms.people import TokenForm
from web.members import MemberRequest, member_required
from web.sudo import fresh_sign_in


@require_http_methods(["GET", "POST"])
@member_required
@fresh_sign_in(on_get=False)
def tokens(request: MemberRequest) -> HttpResponse:
    form = TokenForm(request.POST or None, member=request.member)
    if request.method == "POST" and form.is_valid():
        return _created(request, form)
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    facts = {"form": form, "tokens": _own_tokens(request.member)}
    return render(request, "settings/tokens.html", facts, status=status)


def _created(request: MemberRequest, form: TokenForm) -> HttpResponse:
    """The secret stands in this one answer and nowhere else."""
    given = form.cleaned_data
    token, secret = create_token(
        request.member, name=given["name"], scopes=given["scopes"], expires_at=form.expires_at()
    )
    record(request.member, "token.created", target=token, scopes=" ".join(token.scopes))
    facts = {
        "form": TokenForm(member=request.member),
        "tokens": _own_tokens(request.member),
        "created": token,
        "secret": secret,
    }
    return render(request, "settings/tokens.html", facts, status=HTTPStatus.CREATED)


@require_POST
@member_required
@fresh_sign_in
def revoke(request: MemberRequest, token_id: int) -> HttpResponse:
    revoke_token(request.member, token_id)
    messages.success(request, _("Revoked. Programs that used the token are signed out."))
    return redirect("tokens")


def _own_tokens(member: Membership) -> list[ApiToken]:
    return list(ApiToken.objects.filter(membership=member).select_related("made_by").order_by("-created_at", "-id"))
