"""Templates in the compose dialog: chosen for a letter, and made of one (M19)."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from django.db.models import Q
from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.ids import NO_ROW
from accounts.models import Membership
from automation.choice import usable_choice
from letter_templates.access import get_template_for
from letter_templates.errors import PartRefused, TemplateNotFound, TemplateUnusable, ValueRefused
from letter_templates.models import Template
from letter_templates.services import TemplateFields, create_template
from letter_templates.using import TemplateParts, resolve_send_to, use_template
from mailboxes.access import get_mailbox_for
from outbox.drafts import DraftFields
from outbox.errors import LetterRefused
from outbox.merging import values_for
from outbox.models import Upload
from outbox.template_files import GivenFile, upload_files, uploads_from, values_of_uploads
from web.draft import cards_of_letter
from web.draft_json import FileFacts, MalformedDraft, read_fields, read_json
from web.members import MemberRequest, member_required
from web.senders import sender_key
from web.toasts import toast
from web.typed import typed_text

MOST_SHOWN = 50


@require_GET
@member_required
def templates(request: MemberRequest) -> HttpResponse:
    """Those that this member may use, found by name or subject."""
    typed = typed_text(request.GET, "q")
    found = Template.objects.visible_to(request.member)
    if typed:
        found = found.filter(Q(name__icontains=typed) | Q(subject__icontains=typed))
    some = list(found.order_by("name", "id")[: MOST_SHOWN + 1])
    facts = {"templates": some[:MOST_SHOWN], "typed": typed, "is_more": len(some) > MOST_SHOWN}
    return render(request, "mail/compose_templates.html", facts)


@require_POST
@member_required
def use(request: MemberRequest, template_id: int) -> HttpResponse:
    """What the letter takes from the template. A "where to send" that gives no address is said, and the rest taken."""
    template = get_template_for(request.member, template_id)
    try:
        letter = read_fields(read_json(request.body))
    except MalformedDraft:
        return HttpResponse(status=HTTPStatus.BAD_REQUEST)
    parts = use_template(request.member, template_id)
    message = ""
    to: list[str] = []
    try:
        to = _recipients(request.member, template, letter)
    except (TemplateUnusable, PartRefused) as error:
        message = error.message
    fields = _fields_json(request.member, parts, to)
    return JsonResponse({"fields": fields, "before": _before(request.member, letter), "message": message})


def _before(member: Membership, letter: DraftFields) -> dict[str, Any]:
    """What the letter has of the template that was chosen before: the next one takes its place."""
    try:
        parts = use_template(member, letter.template_id or NO_ROW)
    except TemplateNotFound:
        return {"uploads": [], "links": []}
    upload_ids = [file.upload_id for file in letter.attachments]
    return {"uploads": uploads_from(member, upload_ids, parts.files), "links": parts.attachment_url.splitlines()}


def _recipients(member: Membership, template: Template, letter: DraftFields) -> list[str]:
    if letter.to_each is not None:
        return []
    mailbox = get_mailbox_for(member, letter.mailbox_id) if letter.mailbox_id else None
    contact, lead = cards_of_letter(letter)
    return resolve_send_to(template, values_for(member, mailbox, contact=contact, lead=lead))


def _fields_json(member: Membership, parts: TemplateParts, to: list[str]) -> dict[str, Any]:
    given = upload_files(member, parts.files)
    uploads = Upload.objects.in_bulk([file.upload_id for file in given])
    return {
        "template": parts.template_id,
        "subject": parts.subject,
        "format": parts.format,
        "body": parts.body,
        "sender": sender_key(parts.mailbox_id, parts.alias_id),
        "with_signature": parts.with_signature,
        "attachment_url": parts.attachment_url,
        "to": to,
        "attachments": [FileFacts.of(uploads[file.upload_id], file.content_id).as_json() for file in given],
        "triggers": parts.triggers.to_json(),
    }


@require_POST
@member_required
def save(request: MemberRequest) -> HttpResponse:
    """The letter as a template of the member's own."""
    try:
        payload = read_json(request.body)
        name, letter = str(payload.get("name", "")), payload.get("letter")
        fields = read_fields(letter if isinstance(letter, dict) else {})
        create_template(request.member, _template_of(request.member, name, fields))
    except MalformedDraft:
        return HttpResponse(status=HTTPStatus.BAD_REQUEST)
    except (ValueRefused, PartRefused, LetterRefused) as error:
        return JsonResponse({"message": error.message}, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    return toast(HttpResponse(), _("Saved as a template"))


def _template_of(member: Membership, name: str, letter: DraftFields) -> TemplateFields:
    given = [GivenFile(file.upload_id, file.content_id) for file in letter.attachments]
    return TemplateFields(
        name=name,
        format=letter.format,
        subject=letter.subject,
        body=letter.body,
        attachment_url=letter.attachment_url,
        without_signature=not letter.with_signature,
        files=tuple(values_of_uploads(member, given)),
        triggers=usable_choice(member, letter.triggers),
    )
