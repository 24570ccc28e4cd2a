"""Settings, Mailer: the offer scenario, added in one click (M73)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from automation.ready_made import OfferSet, Piece, add_offer, plan_offer, usual_stage
from letter_templates.errors import ValueRefused
from web.forms.ready_made import OfferForm
from web.members import MemberRequest, administrator_required

LOOKS: dict[str, tuple[str, str | Promise]] = {
    "stage": ("kanban", gettext_lazy("Stage")),
    "trigger": ("zap", gettext_lazy("Trigger")),
    "link": ("link", gettext_lazy("Trigger link")),
    "template": ("layout-template", gettext_lazy("Template")),
    "stage_action": ("send", gettext_lazy("Sends the offer")),
}


@dataclass(frozen=True, slots=True)
class PieceLine:
    """A thing of the set, in words."""

    piece: Piece
    icon: str
    kind: str | Promise


@require_http_methods(["GET", "POST"])
@administrator_required
def offer(request: MemberRequest) -> HttpResponse:
    """GET shows what would be added for the stage that is chosen; `?stage=` chooses another."""
    form = OfferForm(request.POST if request.method == "POST" else _asked(request))
    if form.is_valid() and request.method == "POST":
        try:
            return _added(request, add_offer(request.member, form.values()))
        except ValueRefused as error:
            form.add_refusal(error)
    lines = _planned(request, form)
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors and request.method == "POST" else HTTPStatus.OK
    return render(request, "settings/mailer/ready_offer.html", {"form": form, "lines": lines}, status=status)


def _asked(request: MemberRequest) -> dict[str, Any]:
    return {"stage": usual_stage(request.member).pk, **request.GET.dict()}


def _added(request: MemberRequest, made: OfferSet) -> HttpResponse:
    messages.success(request, _("The scenario is there. Now write the offer in your own words."))
    return redirect("template", made.offer.pk)


def _planned(request: MemberRequest, form: OfferForm) -> Sequence[PieceLine]:
    """For the stage that is chosen, also while the other field is refused."""
    values = form.plan_values()
    if values is None:
        return []
    try:
        return _lines(plan_offer(request.member, values))
    except ValueRefused as error:
        form.add_refusal(error)
        return []


def _lines(pieces: Sequence[Piece]) -> list[PieceLine]:
    return [PieceLine(piece, *LOOKS[piece.kind]) for piece in pieces]
