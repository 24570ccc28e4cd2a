"""Settings, Mailer, Letters: reports. A chart whose rows are those of its table, for a span of days, and as CSV."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import astuple, dataclass, fields
from datetime import date, timedelta

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_GET

from crm.csv_cells import guarded
from outbox.letter_reports import BY, ReportRow, Span, report
from outbox.mailing_access import check_mailer
from web.members import MemberRequest, member_required

USUAL_DAYS = 30
LABELS = {
    "day": gettext_lazy("Day"),
    "template": gettext_lazy("Template"),
    "author": gettext_lazy("Author"),
}
COLUMNS = (
    pgettext_lazy("letters", "Sent"),
    gettext_lazy("Opened"),
    gettext_lazy("Followed a link"),
    gettext_lazy("Answered"),
    gettext_lazy("Came back"),
    gettext_lazy("Not sent"),
)
NUMBERS = tuple(field.name for field in fields(ReportRow) if field.name != "name")


@dataclass(frozen=True, slots=True)
class Line:
    """A row of the chart and of the table: `percent` of the longest bar."""

    name: str
    percent: int
    counts: Sequence[int]


@require_GET
@member_required
def reports(request: MemberRequest) -> HttpResponse:
    """`?by=template&first=2026-05-01&last=2026-05-31`, and `&csv=1`."""
    check_mailer(request.member)
    by = request.GET.get("by", "")
    by = by if by in BY else "day"
    span = _span(request)
    rows = report(request.member, span, by=by)
    if "csv" in request.GET:
        return _as_csv(rows, by, span)
    lines = _lines(rows, by)
    totals = [sum(line.counts[number] for line in lines) for number in range(len(NUMBERS))]
    facts = {
        "part": "reports",
        "by": by,
        "ways": LABELS.items(),
        "label": LABELS[by],
        "span": span,
        "columns": COLUMNS,
        "lines": lines,
        "totals": totals,
    }
    return render(request, "settings/mailer/letters/reports.html", facts)


def _span(request: MemberRequest) -> Span:
    today = timezone.localdate()
    last = _day(request.GET.get("last", "")) or today
    return Span(_day(request.GET.get("first", "")) or last - timedelta(days=USUAL_DAYS - 1), last)


def _day(typed: str) -> date | None:
    try:
        return parse_date(typed)
    except ValueError:
        return None


def _lines(rows: Sequence[ReportRow], by: str) -> list[Line]:
    most = max((row.sent for row in rows), default=0) or 1
    return [
        Line(_name(row.name, by), round(100 * row.sent / most), [getattr(row, name) for name in NUMBERS])
        for row in rows
    ]


def _name(name: str, by: str) -> str:
    if by == "day":
        day = _day(name)
        return date_format(day, "DATE_FORMAT") if day else _("Never sent")
    return name or _("Without a template")


def _as_csv(rows: Sequence[ReportRow], by: str, span: Span) -> HttpResponse:
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="letters-{span.first}-{span.last}.csv"'
    writer = csv.writer(response)
    writer.writerow([by, *NUMBERS])
    writer.writerows([guarded(row.name), *astuple(row)[1:]] for row in rows)
    return response
