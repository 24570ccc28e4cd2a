"""The board: a pipeline's leads, stage beside stage, and moving them on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from django.contrib import messages
from django.db.models import Count, QuerySet, Sum, prefetch_related_objects
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST
from django_htmx.http import trigger_client_event

from accounts.models import Membership
from crm.access import get_lead, get_pipeline, get_stage
from crm.card_lists import ListFilter, list_cards, parse_filter
from crm.leads import move_lead
from crm.models import Lead, Pipeline, Stage
from crm.pipelines import default_stage
from web.lead_cards import tone_of
from web.members import MemberRequest, member_required
from web.own_place import own_place
from web.paging import Page, page_by_time
from web.toasts import toast

PAGE = 20  # of a column
MOST = 200  # of a column that is drawn anew


@dataclass(frozen=True)
class Column:
    """A stage, how many leads stand in it and what they are worth together, and those that moved there last."""

    stage: Stage
    tone: str
    count: int
    total: Decimal | None
    page: Page[Lead]


@require_GET
@member_required
def board(request: MemberRequest) -> HttpResponse:
    """The page; for htmx the columns alone, or the next leads of one."""
    wanted = replace(parse_filter("lead", request.GET), stage=None, pipeline=None)
    if not request.htmx or request.htmx.history_restore_request:
        return render(request, "crm/board.html", {**_facts(request, wanted), **_choices(wanted)})
    if before := request.GET.get("before", ""):
        stage = get_stage(request.GET.get("stage", ""))
        column = Column(stage, tone_of(stage), 0, None, _page(list_cards("lead", wanted), stage, before))
        return render(request, "crm/parts/board_cards.html", {"column": column})
    return render(request, "crm/parts/board_columns.html", _facts(request, wanted))


def _facts(request: MemberRequest, wanted: ListFilter) -> dict[str, object]:
    pipelines = list(Pipeline.objects.all()) or [default_stage().pipeline]
    named = request.GET.get("pipeline", "")
    pipeline = get_pipeline(named) if named else pipelines[0]
    stages = list(pipeline.stages.all())
    columns = _columns(list_cards("lead", wanted), stages, _shown(request))
    return {
        "pipelines": pipelines,
        "pipeline": pipeline,
        "columns": columns,
        "is_narrowed": bool(wanted),
        "has_leads": any(column.count for column in columns),
    }


def _choices(wanted: ListFilter) -> dict[str, object]:
    """Of the filters."""
    members = Membership.objects.filter(is_active=True).select_related("user").order_by("user__name", "pk")
    return {"wanted": wanted, "members": members, "tag": next(iter(wanted.tags), "")}


def _shown(request: MemberRequest) -> dict[str, int]:
    """How many cards of a stage the asking page shows: `shown=12:40`, once each."""
    pairs = (pair.partition(":") for pair in request.GET.getlist("shown"))
    counts = {stage: count for stage, _colon, count in pairs if count.isascii() and count.isdigit() and len(count) < 5}
    return {stage: min(max(int(count), PAGE), MOST) for stage, count in counts.items()}


def _columns(leads: QuerySet[Lead], stages: Sequence[Stage], shown: dict[str, int]) -> list[Column]:
    """A query for each column and three for all of them, however many leads there are."""
    standing = leads.filter(stage__in=stages).order_by().values("stage")
    sums = {row["stage"]: row for row in standing.annotate(count=Count("pk"), total=Sum("price"))}
    nothing = {"count": 0, "total": None}
    pages = {stage.pk: _page(leads, stage, "", size=shown.get(str(stage.pk), PAGE)) for stage in stages}
    prefetch_related_objects([lead for page in pages.values() for lead in page.rows], "contacts")
    counted = [(stage, sums.get(stage.pk, nothing), pages[stage.pk]) for stage in stages]
    return [Column(stage, tone_of(stage), row["count"], row["total"], page) for stage, row, page in counted]


def _page(leads: QuerySet[Lead], stage: Stage, before: str, *, size: int = PAGE) -> Page[Lead]:
    rows = leads.filter(stage=stage).select_related("company", "responsible__user")
    return page_by_time(rows, before, size=size, field="stage_since")


@require_POST
@member_required
def move(request: MemberRequest, lead_id: int) -> HttpResponse:
    """To the stage that is posted, or, when it is taken back, stands in the address."""
    lead = get_lead(lead_id)
    stage, before = get_stage(request.POST.get("stage") or request.GET.get("stage", "")), lead.stage
    has_moved = move_lead(lead, stage, member=request.member)
    words = _("%(lead)s stands in “%(stage)s” now.") % {"lead": Truncator(lead.name).chars(60), "stage": stage.name}
    if not request.htmx:
        messages.success(request, words)
        asked = own_place(request, request.POST.get("next", ""))
        return redirect(asked or f"{reverse('lead_board')}?pipeline={stage.pipeline_id}")
    is_undoing = "undo" in request.GET
    undo = f"{reverse('lead_move', args=[lead.pk])}?stage={before.pk}&undo=1" if has_moved and not is_undoing else ""
    response = trigger_client_event(HttpResponse(status=204), "lead-moved", {})
    return toast(response, words, undo_url=undo)
