"""Settings, Mailer: links in letters that start triggers (M80-M83). Administrators change them."""

from __future__ import annotations

from http import HTTPStatus

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from automation.access import get_link_for
from automation.errors import CycleFound
from automation.links import change_link, code_of, create_link, delete_link
from letter_templates.errors import ValueRefused
from tracking.models import TriggerLink
from web.forms.trigger_links import TriggerLinkForm
from web.members import MemberRequest, administrator_required


@require_http_methods(["GET", "POST"])
@administrator_required
def create(request: MemberRequest) -> HttpResponse:
    return _answered(request, TriggerLinkForm(request.POST or None), None)


@require_http_methods(["GET", "POST"])
@administrator_required
def trigger_link(request: MemberRequest, link_id: int) -> HttpResponse:
    found = get_link_for(request.member, link_id)
    return _answered(request, TriggerLinkForm(request.POST or None, link=found), found)


def _answered(request: MemberRequest, form: TriggerLinkForm, found: TriggerLink | None) -> HttpResponse:
    cycle = None
    if request.method == "POST" and form.is_valid():
        try:
            saved = _save(request, form, found)
        except CycleFound as error:
            cycle = error
        except ValueRefused as error:
            form.add_refusal(error)
        else:
            messages.success(request, _("Saved."))
            return redirect("trigger_link", link_id=saved.pk)
    facts = {"form": form, "link": found, "code": code_of(found) if found else "", "cycle": cycle}
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors or cycle else HTTPStatus.OK
    return render(request, "settings/mailer/link.html", facts, status=status)


def _save(request: MemberRequest, form: TriggerLinkForm, found: TriggerLink | None) -> TriggerLink:
    if found:
        return change_link(request.member, found, form.values())
    return create_link(request.member, form.values())


@require_POST
@administrator_required
def delete(request: MemberRequest, link_id: int) -> HttpResponse:
    delete_link(request.member, get_link_for(request.member, link_id))
    messages.success(request, _("Deleted."))
    return redirect("triggers")
