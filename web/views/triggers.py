"""Settings, Mailer, Triggers and links: what happens by itself. Administrators change it (M17, M60-M72)."""

from __future__ import annotations

from dataclasses import replace
from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from automation.access import get_trigger_for
from automation.cycle_copies import copy_without_triggers, save_sending_copy
from automation.errors import CycleFound, TriggerInUse
from automation.models import Trigger
from automation.runs import pause_all, resume_all
from automation.triggers import change_trigger, create_trigger, delete_trigger, used_in, values_of
from letter_templates.errors import PartRefused, ValueRefused
from web.forms.trigger_fields import value_help
from web.forms.triggers import TriggerForm
from web.mail_address import whole_number
from web.members import MemberRequest, administrator_required, member_required
from web.trigger_lists import link_lines, shown_places, trigger_line, trigger_lines
from web.trigger_words import read_names, timed_sentence


@require_GET
@member_required
def triggers(request: MemberRequest) -> HttpResponse:
    now = timezone.now()
    facts = {
        "triggers": trigger_lines(request.member, now),
        "links": link_lines(request.member),
        "paused_at": request.account.automation_paused_at,
        "can_change": request.member.is_admin,
    }
    return render(request, "settings/mailer/triggers.html", facts)


@require_http_methods(["GET", "POST"])
@administrator_required
def create(request: MemberRequest) -> HttpResponse:
    form = TriggerForm(request.POST or None, initial={"type": request.GET.get("type", "")})
    return _answered(request, form, None)


@require_http_methods(["GET", "POST"])
@administrator_required
def trigger(request: MemberRequest, trigger_id: int) -> HttpResponse:
    found = get_trigger_for(request.member, trigger_id)
    return _answered(request, TriggerForm(request.POST or None, trigger=found), found)


def _answered(request: MemberRequest, form: TriggerForm, found: Trigger | None) -> HttpResponse:
    cycle = None
    if request.method == "POST" and form.is_valid():
        try:
            saved = _save(request, form, found)
        except CycleFound as error:
            cycle = error
        except (ValueRefused, PartRefused) as error:
            form.add_refusal(error)
        else:
            messages.success(request, _("Saved."))
            return redirect("trigger", trigger_id=saved.pk)
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors or cycle else HTTPStatus.OK
    return render(request, "settings/mailer/trigger.html", _facts(form, found, cycle), status=status)


def _save(request: MemberRequest, form: TriggerForm, found: Trigger | None) -> Trigger:
    """`copy_template`: the way out of a circle, one click away from being told of it."""
    copied = whole_number(request.POST.get("copy_template"))
    if copied and form.cleaned_data["type"] == Trigger.Type.MAIL:
        return save_sending_copy(request.member, form.values(), copied, found)
    if found:
        return change_trigger(request.member, found, form.values())
    return create_trigger(request.member, form.values())


def _facts(form: TriggerForm, found: Trigger | None, cycle: CycleFound | None) -> dict[str, Any]:
    return {
        "form": form,
        "trigger": found,
        "cycle": cycle,
        "is_mail": form["type"].value() == Trigger.Type.MAIL,
        "kind": dict(Trigger.Type.choices)[found.type] if found else "",
        "places": shown_places(used_in(found)) if found else [],
        **_said(form, found),
    }


def _said(form: TriggerForm, found: Trigger | None = None) -> dict[str, str]:
    """What it will do, as far as the form says it."""
    if form.is_bound:
        words = (
            _sentence(form) if form.is_valid() else _("Fill in what is missing: then it says here what will happen.")
        )
    elif found:
        words = timed_sentence(found.type, found.settings, found.delay_seconds, read_names())
    else:
        words = _("Choose what it does: then it says here what will happen.")
    return {"says": words, "value_help": value_help(str(form["field"].value() or ""))}


def _sentence(form: TriggerForm) -> str:
    values = form.values()
    return timed_sentence(values.type, values.settings, values.delay_seconds, read_names())


@require_POST
@administrator_required
def says(request: MemberRequest) -> HttpResponse:
    """While it is being written. Nothing is saved."""
    facts = {**_said(TriggerForm(request.POST)), "with_help": True}
    return render(request, "settings/mailer/parts/says.html", facts)


@require_POST
@administrator_required
def switch(request: MemberRequest, trigger_id: int) -> HttpResponse:
    found = get_trigger_for(request.member, trigger_id)
    saved = change_trigger(request.member, found, replace(values_of(found), is_active="is_active" in request.POST))
    if not request.htmx:
        return redirect("triggers")
    facts = {"line": trigger_line(request.member, saved, timezone.now()), "can_change": True}
    return render(request, "settings/mailer/parts/trigger_row.html", facts)


@require_POST
@administrator_required
def delete(request: MemberRequest, trigger_id: int) -> HttpResponse:
    found = get_trigger_for(request.member, trigger_id)
    try:
        delete_trigger(request.member, found, everywhere=bool(request.POST.get("everywhere")))
    except TriggerInUse:  # since the page was read: now it names the places
        messages.error(request, _("It was chosen somewhere meanwhile. Look at the list, and delete it again."))
        return redirect("trigger", trigger_id=found.pk)
    messages.success(request, _("Deleted."))
    return redirect("triggers")


@require_POST
@administrator_required
def cycle_copy(request: MemberRequest, template_id: int) -> HttpResponse:
    copy = copy_without_triggers(request.member, template_id)
    messages.success(request, _("This is the copy. Now let one of the triggers send it instead."))
    return redirect(reverse("template", args=[copy.pk]))


@require_POST
@administrator_required
def pause(request: MemberRequest) -> HttpResponse:
    pause_all(request.member)
    messages.success(request, _("Everything waits now."))
    return redirect("triggers")


@require_POST
@administrator_required
def resume(request: MemberRequest) -> HttpResponse:
    resume_all(request.member)
    messages.success(request, _("It goes on."))
    return redirect("triggers")
