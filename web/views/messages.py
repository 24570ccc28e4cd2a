"""One letter: its body in a frame of its own, on paper, as it came, and why it is where it is."""

from __future__ import annotations

from http import HTTPStatus

from django.http import FileResponse, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_GET

from mailkit.errors import MailError
from sync.originals import open_letter
from threads.access import get_message_for, get_thread_for
from threads.errors import RawLetterGone
from threads.models import Message
from threads.raw_store import read_raw
from threads.why import explain_message
from web.image_consent import granted_token
from web.letter_page import POLICY, letter_page
from web.members import MemberRequest, member_required
from web.print_page import PRINT_POLICY, print_page
from web.views.errors import NO_SERVER, Words, answer

RAW_LOST: Words = (
    _("The original of this letter is damaged"),
    _("Its text is still here. If the letter is on your mail server, you can find the original there."),
)
MAX_HEAD_CHARS = 64 * 1024


@require_GET
@member_required
@xframe_options_sameorigin
def body(request: MemberRequest, message_id: int) -> HttpResponse:
    """A document of its own: whatever got past the cleaning can neither run, load nor submit anything.

    Remote images are in it for readers who asked for them: with `images`, or for all letters of this sender.
    """
    message = get_message_for(request.member, message_id)
    images = granted_token(request.GET.get("images", ""), request.member, message)
    page = letter_page(message, request.GET.get("theme", "system"), images=images)
    return HttpResponse(page, headers={"Content-Security-Policy": POLICY})


@require_GET
@member_required
@xframe_options_sameorigin
def print_letter(request: MemberRequest, message_id: int) -> HttpResponse:
    return _printed(request, [get_message_for(request.member, message_id)])


@require_GET
@member_required
@xframe_options_sameorigin
def print_thread(request: MemberRequest, folder: str, thread_id: int) -> HttpResponse:
    """All letters of the conversation, as the folder shows them."""
    thread = get_thread_for(request.member, thread_id)
    letters = Message.objects.visible_to(request.member).readable().filter(thread=thread)
    shown = letters.filter(deleted_at__isnull=folder != "deleted").for_reading().in_order()
    return _printed(request, list(shown))


@require_GET
@member_required
def why(request: MemberRequest, message_id: int) -> HttpResponse:
    """Why the letter is in its thread and on its cards: a dialog over the mail screen (G13)."""
    message = get_message_for(request.member, message_id)
    facts = {"message": message, "reasons": explain_message(message)}
    return render(request, "mail/why_dialog.html" if request.htmx else "mail/why.html", facts)


@require_GET
@member_required
def original(request: MemberRequest, message_id: int) -> HttpResponse:
    """The header as it came, and the way to the whole letter: a dialog over the mail screen."""
    message = get_message_for(request.member, message_id)
    try:
        head = read_raw(message.body.raw_name).replace(b"\r\n", b"\n").partition(b"\n\n")[0]
    except RawLetterGone:
        return answer(request, HTTPStatus.GONE, RAW_LOST)
    facts = {"message": message, "head": head.decode("utf-8", "replace")[:MAX_HEAD_CHARS]}
    return render(request, "mail/original_dialog.html" if request.htmx else "mail/original.html", facts)


@require_GET
@member_required
def raw(request: MemberRequest, message_id: int) -> HttpResponseBase:
    """The letter as a file that other mail programs open. Markers stand for files that are on the mail server (K62)."""
    message = get_message_for(request.member, message_id)
    try:
        content = open_letter(message)
    except RawLetterGone:
        return answer(request, HTTPStatus.GONE, RAW_LOST)
    except MailError:
        return answer(request, HTTPStatus.SERVICE_UNAVAILABLE, NO_SERVER, again=request.get_full_path())
    headers = {"Content-Disposition": f'attachment; filename="{message.pk}.eml"'}
    if isinstance(content, bytes):
        return HttpResponse(content, content_type="message/rfc822", headers=headers)
    return FileResponse(content, content_type="message/rfc822", headers=headers)


def _printed(request: MemberRequest, messages: list[Message]) -> HttpResponse:
    page = print_page(request.member, messages) if messages else ""
    return HttpResponse(page, headers={"Content-Security-Policy": PRINT_POLICY})
