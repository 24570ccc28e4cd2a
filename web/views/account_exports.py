"""Settings, Account, "Export": everything of the account in one file, for administrators."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from privacy.account_export import list_exports, open_export, request_export
from web.members import MemberRequest, administrator_required
from web.sudo import fresh_sign_in


@require_http_methods(["GET", "POST"])
@administrator_required
@fresh_sign_in(on_get=False)
def account_exports(request: MemberRequest) -> HttpResponse:
    if request.method == "POST":
        request_export(request.member)
        messages.success(request, _("The account is being packed up. You will be told when it is ready."))
        return redirect("account_exports")
    return render(request, "settings/account_exports.html", {"exports": list_exports(request.member)})


@require_GET
@administrator_required
@fresh_sign_in
def account_export_file(request: MemberRequest, export_id: int) -> StreamingHttpResponse:
    order, pieces = open_export(request.member, export_id)
    name = f"{request.account.slug}-{order.created_at:%Y-%m-%d}.zip"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Content-Length": str(order.size)}
    return StreamingHttpResponse(pieces, content_type="application/zip", headers=headers)
