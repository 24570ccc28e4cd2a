"""Settings, Templates: letters to be sent many times (K50-K52, M40-M50)."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django_htmx.http import HttpResponseClientRedirect

from accounts.models import Membership
from automation.trigger_numbers import ids_by_number, numbers_by_id
from letter_templates.access import get_template_for
from letter_templates.errors import ArchiveRefused, PartRefused, TemplateChanged, TemplateInUse, ValueRefused
from letter_templates.fields import picker_groups, picker_labels
from letter_templates.models import Template, TemplateFile
from letter_templates.requests import TemplateFields
from letter_templates.services import create_template, delete_template, duplicate_template, save_template
from outbox.errors import LetterRefused
from outbox.models import Upload
from outbox.storage import read_bytes
from outbox.template_exchange import export_templates, import_templates
from web.draft_json import SHOWN_PICTURES, FileFacts
from web.forms.templates import ImportForm, NewTemplateForm, TemplateForm
from web.mail_address import whole_number
from web.members import MemberRequest, member_required
from web.paging import page_by_name
from web.typed import typed_text
from web.views.uploads import FILE_POLICY, PICTURE_SECONDS

PAGE = 100


@require_GET
@member_required
def templates(request: MemberRequest) -> HttpResponse:
    typed = typed_text(request.GET, "find")
    rows = Template.objects.visible_to(request.member).for_list()
    found = rows.filter(name__icontains=typed) if typed else rows
    facts = {
        "page": page_by_name(found, request.GET.get("from", ""), size=PAGE),
        "typed": typed,
        "is_any": bool(typed) or rows.exists(),
    }
    return render(request, "settings/templates.html", facts)


@require_http_methods(["GET", "POST"])
@member_required
def create(request: MemberRequest) -> HttpResponse:
    """A dialog over the list; a page without scripts. What it is made of is written on its own page."""
    form = NewTemplateForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        made = _created(request, form)
        if made:
            url = reverse("template", args=[made.pk])
            return HttpResponseClientRedirect(url) if request.htmx else redirect(url)
    page = "settings/template_dialog.html" if request.htmx else "settings/template_new.html"
    return render(request, page, {"form": form}, status=_status(form))


def _created(request: MemberRequest, form: NewTemplateForm) -> Template | None:
    try:
        return create_template(request.member, TemplateFields(**form.cleaned_data))
    except ValueRefused as error:
        form.add_error(error.field, error.message)
        return None


@require_http_methods(["GET", "POST"])
@member_required
def template(request: MemberRequest, template_id: int) -> HttpResponse:
    """To write it; who may only use it sees what it says."""
    found = get_template_for(request.member, template_id)
    if not _may_change(request, found):
        if request.method == "POST":
            raise Http404
        return render(request, "settings/template_shown.html", {"template": found})
    form = TemplateForm(request.POST.dict() or None, member=request.member, template=found)
    if request.method == "POST" and form.is_valid() and _is_saved(request, form, found):
        messages.success(request, _("Saved."))
        return redirect("template", found.pk)
    return render(request, "settings/template.html", _facts(request, form, found), status=_status(form))


def _may_change(request: MemberRequest, found: Template) -> bool:
    return Template.objects.editable_by(request.member).filter(pk=found.pk).exists()


def _is_saved(request: MemberRequest, form: TemplateForm, found: Template) -> bool:
    try:
        save_template(request.member, found.pk, form.values(), form.cleaned_data["version"])
    except TemplateChanged as error:
        form.data = {**form.data, "version": str(error.current.version)}
        words = _("Somebody saved this template while you were writing. Save again to put yours in its place.")
        form.add_error(None, words)
    except (PartRefused, ValueRefused, LetterRefused) as error:
        form.add_refusal(error)
    else:
        return True
    return False


def _facts(request: MemberRequest, form: TemplateForm, found: Template) -> dict[str, Any]:
    return {
        "form": form,
        "template": found,
        "groups": picker_groups(),
        "format": form["format"].value(),
        "body": form["body"].value(),
        "state": {
            "files": _files_json(request.member, form, found),
            "labels": picker_labels(),
            "triggers": form.chosen_triggers(),
        },
        "limits": {
            "files": settings.TEMPLATE_FILES_MAX_BYTES,
            "picture": settings.IMAGE_MAX_BYTES,
            "body": settings.BODY_MAX_BYTES,
        },
    }


def _files_json(member: Membership, form: TemplateForm, found: Template) -> list[dict[str, Any]]:
    """As the script for files has them: a file of the template has a negative number, an upload a positive one."""
    own = {-file.pk: _own_file_json(found, file) for file in found.files.all()}
    if not form.is_bound:
        return list(own.values())
    listed = dict(form.cleaned_data.get("file_list", []))
    uploads = Upload.objects.filter(membership=member, pk__in=[number for number in listed if number > 0])
    given = {upload.pk: FileFacts.of(upload, listed[upload.pk]).as_json() for upload in uploads}
    return [facts for number in listed if (facts := own.get(number) or given.get(number))]


def _own_file_json(found: Template, file: TemplateFile) -> dict[str, Any]:
    return {
        "upload": -file.pk,
        "name": file.filename,
        "size": file.size,
        "content_id": file.content_id,
        "url": reverse("template_picture", args=[found.pk, file.pk]) if file.content_id else "",
    }


@require_POST
@member_required
def delete(request: MemberRequest, template_id: int) -> HttpResponse:
    try:
        delete_template(request.member, template_id)
    except TemplateInUse as error:
        messages.error(request, str(error))
        return redirect("template", template_id)
    messages.success(request, _("Deleted."))
    return redirect("templates")


@require_POST
@member_required
def duplicate(request: MemberRequest, template_id: int) -> HttpResponse:
    made = duplicate_template(request.member, template_id)
    messages.success(request, _("This is your copy."))
    return redirect("template", made.pk)


@require_GET
@member_required
def picture(request: MemberRequest, template_id: int, file_id: int) -> HttpResponse:
    """One that stands in the text."""
    found = get_template_for(request.member, template_id).files.filter(pk=file_id).first()
    if found is None or found.content_type not in SHOWN_PICTURES:
        raise Http404
    response = HttpResponse(read_bytes(found.storage_name), content_type=found.content_type)
    response["Content-Security-Policy"] = FILE_POLICY
    response["Cache-Control"] = f"private, max-age={PICTURE_SECONDS}"
    return response


@require_GET
@member_required
def export(request: MemberRequest) -> FileResponse:
    chosen = whole_number(request.GET.get("template"))
    file = export_templates(request.member, [chosen] if chosen else None, numbers_by_id())
    return FileResponse(file, as_attachment=True, filename="templates.zip")


@require_http_methods(["GET", "POST"])
@member_required
def import_(request: MemberRequest) -> HttpResponse:
    form = ImportForm(request.POST or None, request.FILES or None)
    report = None
    if request.method == "POST" and form.is_valid():
        try:
            given = form.cleaned_data
            report = import_templates(request.member, given["file"], given["clash"], ids_by_number())
        except ArchiveRefused as error:
            form.add_error("file", error.message)
    return render(request, "settings/template_import.html", {"form": form, "report": report}, status=_status(form))


def _status(form: NewTemplateForm | ImportForm | TemplateForm) -> HTTPStatus:
    return HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
