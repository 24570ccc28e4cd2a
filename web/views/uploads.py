"""Files for a letter that is being written."""

from __future__ import annotations

import logging
from http import HTTPStatus

from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from mailboxes.errors import WrongState
from mailkit.errors import MailError
from outbox.errors import LetterRefused, UnknownUpload
from outbox.forwarding import keep_attachment
from outbox.models import Upload
from outbox.storage import read_bytes
from outbox.uploads import get_uploads, store_image, store_upload
from sync.attachments import open_attachment
from web.draft_json import SHOWN_PICTURES, FileFacts, MalformedDraft, read_json
from web.members import MemberRequest, member_required

logger = logging.getLogger(__name__)

PICTURE_SECONDS = 3600
FILE_POLICY = "default-src 'none'; sandbox"


@require_POST
@member_required
def upload(request: MemberRequest) -> JsonResponse:
    """One file, a picture of the text, or by JSON a copy of a letter's file that is forwarded."""
    try:
        stored = _stored(request)
    except MalformedDraft:
        return _problem(_("Choose a file."), HTTPStatus.BAD_REQUEST)
    except (LetterRefused, WrongState) as error:
        return _problem(error.message, HTTPStatus.UNPROCESSABLE_ENTITY)
    except MailError:
        logger.info("attachment not fetched for forwarding", exc_info=True)
        return _problem(_("The mail server does not answer. Try again in a moment."), HTTPStatus.SERVICE_UNAVAILABLE)
    return JsonResponse(FileFacts.of(stored).as_json())


def _stored(request: MemberRequest) -> Upload:
    """Raises MalformedDraft, LetterRefused, WrongState, MailError."""
    if request.content_type == "application/json":
        return keep_attachment(request.member, str(read_json(request.body).get("attachment", "")), open_attachment)
    file, picture = request.FILES.get("file"), request.FILES.get("picture")
    if isinstance(picture, UploadedFile):
        return store_image(request.member, picture)
    if isinstance(file, UploadedFile):
        return store_upload(request.member, file)
    raise MalformedDraft("file")


def _problem(message: str, status: HTTPStatus) -> JsonResponse:
    return JsonResponse({"message": message}, status=status)


@require_GET
@member_required
def picture(request: MemberRequest, upload_id: int) -> HttpResponse:
    """A picture in the text of one's own draft."""
    try:
        found = get_uploads(request.member, [upload_id])[0]
    except UnknownUpload as error:
        raise Http404 from error
    if found.content_type not in SHOWN_PICTURES:
        raise Http404
    response = HttpResponse(read_bytes(found.storage_name), content_type=found.content_type)
    response["Content-Security-Policy"] = FILE_POLICY
    response["Cache-Control"] = f"private, max-age={PICTURE_SECONDS}"
    return response
