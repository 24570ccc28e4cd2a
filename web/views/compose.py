"""Writing: the compose dialog, sending with undo, files, and people to write to."""

from __future__ import annotations

from http import HTTPStatus

from django.conf import settings
from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django_htmx.http import trigger_client_event

from crm.models import Contact
from outbox.errors import LetterRefused, WrongState
from outbox.services import LetterRequest, cancel, queue_letter, store_upload
from web.draft import Draft, new_draft, reply_draft
from web.mail_address import whole_number
from web.members import MemberRequest, member_required
from web.senders import Sender, list_senders
from web.toasts import close_dialog, toast
from web.typed import typed_text

SUGGESTIONS = 8


@require_http_methods(["GET", "POST"])
@member_required
def compose(request: MemberRequest) -> HttpResponse:
    if request.method == "POST":
        return _send(request)
    senders = list_senders(request.member)
    facts = {
        "draft": _draft(request, senders),
        "senders": senders,
        "most_bytes": settings.ATTACHMENTS_MAX_BYTES,
    }
    return render(request, "mail/compose.html" if senders else "mail/compose_nothing.html", facts)


def _draft(request: MemberRequest, senders: list[Sender]) -> Draft:
    answered = request.GET.get("reply", "")
    if answered:
        return reply_draft(request.member, answered, to_all=request.GET.get("all") == "1")
    return new_draft(senders, to=request.GET.get("to", ""))


def _send(request: MemberRequest) -> HttpResponse:
    """What cannot be sent is answered with the reasons alone: the dialog stays as it is."""
    try:
        mail = queue_letter(request.member, _letter(request))
    except LetterRefused as error:
        facts = {"field": error.field, "message": error.message}
        return render(request, "mail/compose_errors.html", facts, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    response = close_dialog(HttpResponse())
    trigger_client_event(response, "letter-sent", {"id": mail.pk, "seconds": settings.UNDO_SECONDS})
    trigger_client_event(response, "mail-changed", {})
    undo_url = reverse("outbox_undo", args=[mail.pk])
    return toast(response, _("The letter goes out"), undo_url=undo_url, seconds=settings.UNDO_SECONDS)


def _letter(request: MemberRequest) -> LetterRequest:
    form = request.POST
    is_html = form.get("format") == "html"
    body = form.get("body", "")
    return LetterRequest(
        mailbox_id=whole_number(form.get("mailbox")) or 0,
        to=form.getlist("to"),
        cc=form.getlist("cc"),
        bcc=form.getlist("bcc"),
        subject=form.get("subject", ""),
        html=body + form.get("quote_html", "") if is_html else "",
        text="" if is_html else body,
        reply_to_message_id=whole_number(form.get("reply_to")),
        upload_ids=[number for given in form.getlist("upload") if (number := whole_number(given))],
        undo_seconds=settings.UNDO_SECONDS,
    )


@require_POST
@member_required
def undo(request: MemberRequest, mail_id: int) -> HttpResponse:
    """Within the seconds of grace; what was typed comes back from the browser's own copy."""
    try:
        cancel(request.member, mail_id)
    except WrongState as error:
        return toast(HttpResponse(), error.message, tone="bad")
    response = trigger_client_event(HttpResponse(), "letter-undone", {"id": mail_id})
    return toast(trigger_client_event(response, "mail-changed", {}), _("Sending undone"))


@require_POST
@member_required
def upload(request: MemberRequest) -> JsonResponse:
    """One file; its id goes with the letter."""
    file = request.FILES.get("file")
    if file is None:
        return JsonResponse({"message": _("Choose a file.")}, status=HTTPStatus.BAD_REQUEST)
    try:
        stored = store_upload(request.member, file)
    except LetterRefused as error:
        return JsonResponse({"message": error.message}, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    return JsonResponse({"id": stored.pk, "name": stored.filename, "size": stored.size})


@require_GET
@member_required
def people(request: MemberRequest) -> HttpResponse:
    """Contacts whose name or address begins like what is typed."""
    typed = next(filter(None, (typed_text(request.GET, f"{name}_typing") for name in ("to", "cc", "bcc"))), "")
    found = Contact.objects.suggested_for(typed).order_by("name", "id")[:SUGGESTIONS] if len(typed) > 1 else []
    return render(request, "mail/people.html", {"people": found})
