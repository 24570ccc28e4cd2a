"""A contact's mail to take away, and the contact erased everywhere (G16)."""

from __future__ import annotations

from http import HTTPStatus

from django.contrib import messages
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils.http import content_disposition_header
from django.utils.text import get_valid_filename
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from crm.access import get_contact
from privacy.erasing import erase_contact, plan_erasure
from privacy.errors import NotConfirmed
from privacy.exporting import export_contact
from web.forms.privacy import EraseForm
from web.members import MemberRequest, administrator_required, member_required
from web.sudo import fresh_sign_in


@require_GET
@member_required
def export_mail(request: MemberRequest, contact_id: int) -> StreamingHttpResponse:
    """Sent while it is made: files come from the mail servers one by one."""
    contact = get_contact(contact_id)
    name = get_valid_filename(f"{contact.name[:80].strip('. ') or 'contact'}.mbox")
    return StreamingHttpResponse(
        export_contact(request.member, contact),
        content_type="application/mbox",
        headers={"Content-Disposition": content_disposition_header(True, name) or "attachment"},
    )


@require_http_methods(["GET", "POST"])
@administrator_required
@fresh_sign_in(on_get=False)
def erase(request: MemberRequest, contact_id: int) -> HttpResponse:
    """What would go is shown first."""
    contact = get_contact(contact_id)
    form = EraseForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            erase_contact(request.member, contact, confirmation=form.cleaned_data["confirm"])
        except NotConfirmed as error:
            form.add_error("confirm", error.message)
        else:
            messages.success(request, _("The contact is erased. The letters go in the background; you will be told."))
            return redirect("contacts")
    facts = {"contact": contact, "form": form, "plan": plan_erasure(request.member, contact)}
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    return render(request, "crm/erase.html", facts, status=status)
