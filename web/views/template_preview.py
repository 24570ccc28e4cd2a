"""A template as a client would get it: in the preview of its page, and as a letter to oneself."""

from __future__ import annotations

from dataclasses import replace
from http import HTTPStatus

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_GET, require_POST

from crm.models import Contact, Lead
from letter_templates.access import get_template_for
from letter_templates.errors import TemplateRefused, TemplateUnusable, ValueRefused
from letter_templates.models import Template
from letter_templates.requests import fields_of
from mailboxes import limits
from mailboxes.errors import TooManyTries
from outbox.errors import LetterRefused
from outbox.previewing import PreviewFile
from outbox.template_letters import ForCard, preview_template, send_test
from web.composed_page import POLICY, preview_page, refused_page
from web.forms.templates import TemplateForm
from web.mail_address import whole_number
from web.members import MemberRequest, member_required
from web.toasts import toast
from web.typed import typed_text

SUGGESTIONS = 6


@require_POST
@member_required
@xframe_options_sameorigin
def preview(request: MemberRequest, template_id: int) -> HttpResponse:
    """Posted into the frame: what is typed, or what is stored where nothing is. Nothing is saved."""
    template = get_template_for(request.member, template_id)
    try:
        limits.check(request.member, "preview")
        page, status = _page(request, template), HTTPStatus.OK
    except (TooManyTries, LetterRefused, TemplateRefused, ValueRefused) as error:
        page, status = refused_page(error.message), HTTPStatus.UNPROCESSABLE_ENTITY
    response = HttpResponse(page, status=status)
    response["Content-Security-Policy"] = POLICY
    return response


def _page(request: MemberRequest, template: Template) -> str:
    if "body" in request.POST:
        form = _checked_form(request, template)
        fields, listed = form.values(), form.cleaned_data["file_list"]
    else:
        fields, listed = fields_of(template), [(-file.pk, file.content_id) for file in template.files.all()]
    made = preview_template(request.member, fields, _card(request))
    files = [PreviewFile(0, file.filename, file.content_type, file.size) for file in made.files if not file.content_id]
    pictures = {content_id: _picture_url(template, number) for number, content_id in listed if content_id}
    shown = replace(made.letter, attachments=tuple(files))
    return preview_page(request.member, shown, request.POST.get("theme", ""), pictures=pictures, problem=made.problem)


def _picture_url(template: Template, number: int) -> str:
    """As web.views.templates writes them: a file that the template has carries a negative number."""
    if number > 0:
        return reverse("upload_picture", args=[number])
    return reverse("template_picture", args=[template.pk, -number])


def _checked_form(request: MemberRequest, template: Template) -> TemplateForm:
    """Raises ValueRefused: what is typed is not a template yet."""
    form = TemplateForm(request.POST, member=request.member, template=template)
    if form.is_valid():
        return form
    name, errors = next(iter(form.errors.items()))
    label = form[name].label if name in form.fields else ""
    raise ValueRefused(name, f"{label}: {errors[0]}" if label else str(errors[0]))


def _card(request: MemberRequest) -> ForCard:
    """ "contact:5" or "lead:7"; nothing: no card, and its fields are empty."""
    kind, _colon, number = request.POST.get("card", "").partition(":")
    return ForCard(**{f"{kind}_id": whole_number(number)}) if kind in ("contact", "lead") else ForCard()


@require_POST
@member_required
def test(request: MemberRequest, template_id: int) -> HttpResponse:
    """What is saved, to the member's own address."""
    try:
        limits.check(request.member, "preview")
        send_test(request.member, template_id, _card(request))
    except (TooManyTries, LetterRefused, TemplateRefused, TemplateUnusable) as error:
        return toast(HttpResponse(), error.message, tone="bad")
    words = _("A test goes to %(address)s.") % {"address": request.member.user.email}
    return toast(HttpResponse(), words)


@require_GET
@member_required
def cards(request: MemberRequest) -> HttpResponse:
    """Contacts and leads to look through the eyes of."""
    typed = typed_text(request.GET, "card_find")
    contacts = Contact.objects.matching(typed).order_by("name", "pk")[:SUGGESTIONS] if typed else []
    leads = Lead.objects.filter(name__istartswith=typed).order_by("name", "pk")[:SUGGESTIONS] if typed else []
    facts = {"contacts": contacts, "leads": leads, "typed": typed}
    return render(request, "settings/parts/template_cards.html", facts)
