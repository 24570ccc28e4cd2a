"""Cards from a file, and into one."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django_htmx.http import HttpResponseClientRedirect

from crm.card_lists import parse_filter
from crm.csv_columns import columns_of
from crm.csv_export import export_cards
from crm.csv_import import (
    ImportSettings,
    change_import,
    delete_import,
    get_import_for,
    list_imports,
    mapping_of,
    sample_of,
    start_import,
    try_import,
    upload_import,
    write_bad_rows,
)
from crm.csv_reading import MAX_BYTES
from crm.csv_work import AT_WORK
from crm.errors import ValueRefused, WrongState
from crm.models import CardImport
from web.forms.card_imports import NAMES, MappingForm, UploadForm
from web.members import MemberRequest, member_required

LIST_URLS = {"contact": "contacts", "company": "companies", "lead": "leads", "customer": "customers"}
SHOWN_BAD_ROWS = 50
CSV = "text/csv; charset=utf-8"


@require_GET
@member_required
def export(request: MemberRequest, kind: str) -> HttpResponseBase:
    """What the list has that this address narrows. A fragment cannot be a file: htmx is sent here once more."""
    _check_kind(kind)
    if request.htmx:
        return HttpResponseClientRedirect(request.get_full_path())
    pieces = export_cards(request.member, kind, parse_filter(kind, request.GET))
    return _download(pieces, f"{LIST_URLS[kind]}-{timezone.localdate().isoformat()}.csv")


@require_http_methods(["GET", "POST"])
@member_required
def upload(request: MemberRequest, kind: str) -> HttpResponse:
    _check_kind(kind)
    form = UploadForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid() and (made := _uploaded(request, kind, form)):
        return redirect("card_import", made.pk)
    recent = list_imports(request.member).filter(entity=kind)[:10]
    facts = {"form": form, "kind": kind, "name": NAMES[kind], "recent": recent, "list_url": reverse(LIST_URLS[kind])}
    return render(request, "crm/import/upload.html", facts, status=_status(form))


def _check_kind(kind: str) -> None:
    if kind not in NAMES:
        raise Http404


def _uploaded(request: MemberRequest, kind: str, form: UploadForm) -> CardImport | None:
    file = form.cleaned_data["file"]
    try:
        return upload_import(request.member, kind, file.name, file.read(MAX_BYTES + 1))
    except ValueRefused as error:
        form.add_error("file", error.message)
        return None


@require_http_methods(["GET", "POST"])
@member_required
def card_import(request: MemberRequest, import_id: int) -> HttpResponse:
    """What its columns are, how far it is, what came of it: by its state. A post says what the columns are."""
    row = get_import_for(request.member, import_id)
    if request.htmx and row.state not in AT_WORK:
        return HttpResponseClientRedirect(reverse("card_import", args=[row.pk]))
    if row.state in AT_WORK:
        return render(request, "crm/import/work.html" if request.htmx else "crm/import/working.html", _facts(row))
    if row.state == CardImport.State.DONE or (row.state == CardImport.State.TRIED and "columns" not in request.GET):
        return render(request, "crm/import/report.html", {**_facts(row), **_report(row)})
    form = MappingForm(request.POST or None, row)
    if request.method == "POST" and form.is_valid() and _is_trying(row, form):
        return redirect("card_import", row.pk)
    return render(request, "crm/import/columns.html", {**_facts(row), **_columns(row, form)}, status=_status(form))


def _is_trying(row: CardImport, form: MappingForm) -> bool:
    try:
        try_import(change_import(row, form.values()))
    except (ValueRefused, WrongState) as error:
        form.add_error(None, str(error))
        return False
    return True


def _facts(row: CardImport) -> dict[str, Any]:
    return {"row": row, "name": NAMES[row.entity], "list_url": reverse(LIST_URLS[row.entity])}


def _report(row: CardImport) -> dict[str, Any]:
    good = row.created_count + row.changed_count
    return {"good_count": good, "shown_bad": row.bad_rows[:SHOWN_BAD_ROWS], "labels": _labels(row)}


def _labels(row: CardImport) -> list[tuple[str, str]]:
    """Each column of the file with what it is."""
    labels = {column.key: str(column.label) for column in columns_of(row.entity)}
    return [(row.columns[number], labels.get(key, "")) for number, key in mapping_of(row).items()]


def _columns(row: CardImport, form: MappingForm) -> dict[str, Any]:
    table, sample = sample_of(row)
    fields = [form[f"column-{number}"] for number in range(len(row.columns))]
    return {
        "form": form,
        "encoding": table.encoding.upper(),
        "columns": [
            (field, [cells[number] for cells in sample if cells[number].strip()][:3])
            for number, field in enumerate(fields)
        ],
        "failed": row.bad_rows[0]["problems"][0][1] if row.state == CardImport.State.FAILED else "",
    }


@require_POST
@member_required
def start(request: MemberRequest, import_id: int) -> HttpResponse:
    row = get_import_for(request.member, import_id)
    try:
        start_import(change_import(row, ImportSettings(skip_bad_rows="skip_bad_rows" in request.POST)))
    except WrongState as error:
        messages.error(request, str(error))
    return redirect("card_import", row.pk)


@require_POST
@member_required
def delete(request: MemberRequest, import_id: int) -> HttpResponse:
    row = get_import_for(request.member, import_id)
    try:
        delete_import(row)
    except WrongState as error:
        messages.error(request, str(error))
        return redirect("card_import", row.pk)
    messages.success(request, _("Deleted."))
    return redirect("cards_import", row.entity)


@require_GET
@member_required
def bad_rows(request: MemberRequest, import_id: int) -> HttpResponseBase:
    row = get_import_for(request.member, import_id)
    return _download(write_bad_rows(row), "bad-rows.csv")


def _download(pieces: Any, filename: str) -> StreamingHttpResponse:  # noqa: ANN401  (any iterator of texts)
    headers = {"Content-Disposition": f'attachment; filename="{filename}"'}
    return StreamingHttpResponse(pieces, content_type=CSV, headers=headers)


def _status(form: UploadForm | MappingForm) -> HTTPStatus:
    return HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
