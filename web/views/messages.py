"""The body of one letter in its own frame, its pictures, and its files."""

from __future__ import annotations

import logging
from http import HTTPStatus

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.http import content_disposition_header
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_GET

from mailboxes.errors import WrongState
from mailkit.errors import MailError, MessageGone
from sync.attachments import open_attachment
from threads.access import get_attachment_for, get_message_for
from threads.models import Attachment
from threads.why import explain_gone, explain_message
from web.letter_page import POLICY, letter_page
from web.members import MemberRequest, member_required
from web.views.errors import DISCONNECTED, GONE, NO_SERVER, answer

logger = logging.getLogger(__name__)

PICTURES = ("image/png", "image/jpeg", "image/gif", "image/webp")  # not SVG, which is a document
PICTURE_SECONDS = 3600  # each look would be a visit to the mail server
FILE_POLICY = "default-src 'none'; sandbox"


@require_GET
@member_required
@xframe_options_sameorigin
def body(request: MemberRequest, message_id: int) -> HttpResponse:
    """A document of its own: whatever got past the cleaning can neither run, load nor submit anything."""
    message = get_message_for(request.member, message_id)
    response = HttpResponse(letter_page(message, request.GET.get("theme", "system")))
    response["Content-Security-Policy"] = POLICY
    return response


@require_GET
@member_required
def why(request: MemberRequest, message_id: int) -> HttpResponse:
    """Why the letter is in its thread and on its cards: a dialog over the mail screen (G13)."""
    message = get_message_for(request.member, message_id)
    facts = {"message": message, "reasons": explain_message(message)}
    return render(request, "mail/why_dialog.html" if request.htmx else "mail/why.html", facts)


@require_GET
@member_required
def inline_picture(request: MemberRequest, message_id: int) -> HttpResponse:
    """A picture that came with the letter and stands in its text. The browser keeps it: it never changes."""
    message = get_message_for(request.member, message_id)
    cid = request.GET.get("cid", "").replace("\0", "")
    found = message.attachments.filter(content_id=cid, content_type__in=PICTURES).first()
    if found is None:
        raise Http404
    response = _file(request, found)
    response.headers.setdefault("Cache-Control", f"private, max-age={PICTURE_SECONDS}")
    return response


@require_GET
@member_required
def attachment(request: MemberRequest, attachment_id: int) -> HttpResponse:
    """Fetched from the mail server when opened (K62). Always saved, never shown: it may be a page with scripts."""
    found = get_attachment_for(request.member, attachment_id)
    response = _file(request, found)
    if response.status_code == HTTPStatus.OK:
        response["Content-Disposition"] = content_disposition_header(True, found.filename) or "attachment"
    return response


def _file(request: MemberRequest, attachment: Attachment) -> HttpResponse:
    try:
        file = open_attachment(attachment)
    except MessageGone:
        return answer(request, HTTPStatus.GONE, (GONE, explain_gone(attachment.message).words))
    except WrongState as error:
        return answer(request, HTTPStatus.CONFLICT, (DISCONNECTED, error.message))
    except MailError:
        logger.info("attachment not fetched", extra={"attachment_id": attachment.pk}, exc_info=True)
        return answer(request, HTTPStatus.SERVICE_UNAVAILABLE, NO_SERVER, again=request.get_full_path())
    kind = file.content_type if file.content_type in PICTURES else "application/octet-stream"
    return HttpResponse(file.content, content_type=kind, headers={"Content-Security-Policy": FILE_POLICY})
