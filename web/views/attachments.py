"""Files of letters: saved, shown in the viewer, all at once, and pictures that stand in a text."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from http import HTTPStatus

from django.http import Http404, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.utils.http import content_disposition_header
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_GET

from mailboxes.errors import WrongState
from mailkit.errors import MailError, MessageGone
from outbox.uploads import safe_filename
from sync.attachment_zip import stream_zip
from sync.attachments import open_attachment
from threads.access import get_attachment_for, get_message_for
from threads.models import Attachment
from threads.why import explain_gone
from web.file_kinds import PDF, PICTURES, shown_type
from web.members import MemberRequest, member_required
from web.views.errors import DISCONNECTED, GONE, NO_SERVER, answer

logger = logging.getLogger(__name__)

PICTURE_SECONDS = 3600  # each look would be a visit to the mail server
FILE_POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox"  # browsers lay out a picture by styles
# Chromium shows a PDF with its own program, which a sandbox keeps out. Nothing else in the document may load or run.
PDF_POLICY = "default-src 'none'; object-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'self'"
POLICIES: Mapping[str, str] = {PDF: PDF_POLICY}
PDF_MARK = b"%PDF-"


@require_GET
@member_required
def inline_picture(request: MemberRequest, message_id: int) -> HttpResponse:
    """A picture that came with the letter and stands in its text. The browser keeps it: it never changes."""
    message = get_message_for(request.member, message_id)
    cid = request.GET.get("cid", "").replace("\0", "")
    named = message.attachments.filter(content_id=cid).order_by("pk") if cid else ()
    found = next((file for file in named if shown_type(file) in PICTURES), None)
    if found is None:
        raise Http404
    return _kept(_file(request, found, kind=shown_type(found)))


@require_GET
@member_required
def attachment(request: MemberRequest, attachment_id: int) -> HttpResponse:
    """Fetched from the mail server when opened (K62). Always saved, never shown: it may be a page with scripts."""
    found = get_attachment_for(request.member, attachment_id)
    response = _file(request, found)
    if response.status_code == HTTPStatus.OK:
        response["Content-Disposition"] = content_disposition_header(True, found.filename) or "attachment"
    return response


@require_GET
@member_required
@xframe_options_sameorigin
def view_attachment(request: MemberRequest, attachment_id: int) -> HttpResponse:
    """A picture or a PDF in the viewer: a document of its own, which is nothing else, whatever it says it is."""
    found = get_attachment_for(request.member, attachment_id)
    kind = shown_type(found)
    if not kind:
        raise Http404
    response = _file(request, found, kind=kind)
    is_pdf_only_by_name = kind == PDF and PDF_MARK not in response.content[:1024]
    if response.status_code == HTTPStatus.OK and is_pdf_only_by_name:
        raise Http404
    return _kept(response)


@require_GET
@member_required
def all_attachments(request: MemberRequest, message_id: int) -> HttpResponseBase:
    """All files of a letter in one archive, sent while they are fetched."""
    message = get_message_for(request.member, message_id)
    files = list(message.attachments.select_related("message__mailbox"))
    if not files:
        raise Http404
    name = safe_filename(f"{message.subject[:80].strip(' .') or 'letter'}.zip")  # of a stranger's words
    headers = {"Content-Disposition": content_disposition_header(True, name) or "attachment"}
    return StreamingHttpResponse(stream_zip(files), content_type="application/zip", headers=headers)


def _kept(response: HttpResponse) -> HttpResponse:
    """By the browser, unless it says that there is no file."""
    if response.status_code == HTTPStatus.OK:
        response.headers.setdefault("Cache-Control", f"private, max-age={PICTURE_SECONDS}")
    return response


def _file(request: MemberRequest, attachment: Attachment, *, kind: str = "") -> HttpResponse:
    try:
        file = open_attachment(attachment)
    except MessageGone:
        return answer(request, HTTPStatus.GONE, (GONE, explain_gone(attachment.message).words))
    except WrongState as error:
        return answer(request, HTTPStatus.CONFLICT, (DISCONNECTED, error.message))
    except MailError:
        logger.info("attachment not fetched", extra={"attachment_id": attachment.pk}, exc_info=True)
        return answer(request, HTTPStatus.SERVICE_UNAVAILABLE, NO_SERVER, again=request.get_full_path())
    shown = kind or (file.content_type if file.content_type in PICTURES else "application/octet-stream")
    policy = POLICIES.get(shown, FILE_POLICY)
    return HttpResponse(file.content, content_type=shown, headers={"Content-Security-Policy": policy})
