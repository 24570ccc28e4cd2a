"""Remote images of letters, after the reader's consent only: the images themselves, and whose are always shown."""

from __future__ import annotations

import logging
from http import HTTPStatus

from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST
from django_htmx.http import trigger_client_event

from mailboxes import limits
from mailboxes.errors import TooManyTries
from mailkit.addresses import email_key
from mailkit.errors import MailError
from mailkit.image_pool import CleanImage
from threads.access import get_message_for
from threads.bodies import fresh_body
from threads.consents import allow_images, forbid_images
from threads.models import Message
from threads.remote_images import open_image_at, open_remote_image
from web.image_consent import is_images_token, is_own_image_token
from web.members import MemberRequest, member_required
from web.toasts import toast

logger = logging.getLogger(__name__)

IMAGE_POLICY = "default-src 'none'; sandbox"
KEPT_SECONDS = 24 * 3600


@require_GET
@member_required
def remote_image(request: MemberRequest, message_id: int, number: int) -> HttpResponse:
    """An image of the letter by its number, fetched by our server and drawn anew."""
    message = get_message_for(request.member, message_id)
    if not is_images_token(request.GET.get("images", ""), request.member, message):
        raise Http404
    try:
        image = open_remote_image(fresh_body(message), number)
    except MailError as error:
        logger.info("remote image not shown", extra={"message_id": message.pk, "error": type(error).__name__})
        return HttpResponse(status=HTTPStatus.BAD_GATEWAY)
    return _shown(image)


@require_GET
@member_required
def own_image(request: MemberRequest) -> HttpResponse:
    """An image that stands in what this member writes, for its preview: fetched and drawn anew like a stranger's."""
    url = request.GET.get("url", "")
    if not is_own_image_token(request.GET.get("token", ""), request.member, url):
        raise Http404
    try:
        limits.check(request.member, "image")
        return _shown(open_image_at(url))
    except TooManyTries:
        return HttpResponse(status=HTTPStatus.TOO_MANY_REQUESTS)
    except MailError as error:
        logger.info("image of a writer not shown", extra={"error": type(error).__name__})
        return HttpResponse(status=HTTPStatus.BAD_GATEWAY)


def _shown(image: CleanImage) -> HttpResponse:
    return HttpResponse(
        image.content,
        content_type=image.content_type,
        headers={
            "Content-Security-Policy": IMAGE_POLICY,
            "Cache-Control": f"private, max-age={KEPT_SECONDS}, immutable",
        },
    )


@require_POST
@member_required
def allow_sender(request: MemberRequest, message_id: int) -> HttpResponse:
    """From now on: for this member, in all letters of this sender."""
    message = _with_sender(request, message_id)
    allow_images(request.member, message.from_address)
    words = _("Images from %(address)s are shown from now on") % {"address": message.from_address}
    return toast(_changed(message, is_allowed=True), words)


@require_POST
@member_required
def forbid_sender(request: MemberRequest, message_id: int) -> HttpResponse:
    message = _with_sender(request, message_id)
    forbid_images(request.member, message.from_address)
    words = _("Images from %(address)s are blocked again") % {"address": message.from_address}
    return toast(_changed(message, is_allowed=False), words)


def _with_sender(request: MemberRequest, message_id: int) -> Message:
    message = get_message_for(request.member, message_id)
    if not message.from_address:
        raise Http404
    return message


def _changed(message: Message, *, is_allowed: bool) -> HttpResponse:
    """The open letters of this sender draw themselves anew."""
    facts = {"sender": email_key(message.from_address), "allowed": is_allowed}
    return trigger_client_event(HttpResponse(status=HTTPStatus.NO_CONTENT), "sender-images", facts)
