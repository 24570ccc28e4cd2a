"""A signature as it will stand below letters: the document in the frame below its editor."""

from __future__ import annotations

from http import HTTPStatus

from django.http import HttpResponse
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_POST

from letter_templates.errors import TemplateRefused
from letter_templates.signatures import Signature, preview_signature
from mailboxes import limits
from mailboxes.errors import TooManyTries
from mailkit.html_cleaner import clean_html
from web.letter_page import POLICY, page_of
from web.members import MemberRequest, member_required


@require_POST
@member_required
@xframe_options_sameorigin
def preview(request: MemberRequest) -> HttpResponse:
    """Posted into the frame. Nothing is stored."""
    try:
        limits.check(request.member, "preview")
        made = preview_signature(request.member, request.POST.get("signature", ""), request.GET.get("mailbox") or None)
        content, status = _shown(made), HTTPStatus.OK
    except TooManyTries as error:
        content, status = format_html('<p role="alert">{}</p>', str(error)), HTTPStatus.TOO_MANY_REQUESTS
    except TemplateRefused as error:
        content, status = format_html('<p role="alert">{}</p>', error.message), HTTPStatus.UNPROCESSABLE_ENTITY
    page = page_of(_("Preview of the signature"), content, request.POST.get("theme", "system"))
    response = HttpResponse(page, status=status)
    response["Content-Security-Policy"] = POLICY
    return response


def _shown(signature: Signature) -> SafeString:
    own = mark_safe(clean_html(signature.html).html)  # noqa: S308  (cleaned, and see POLICY)
    return format_html("<div>--<br>{}</div>{}", own, _empty_words(signature.empty_fields))


def _empty_words(names: tuple[str, ...]) -> SafeString | str:
    if not names:
        return ""
    words = ngettext("This field is empty: %(names)s", "These fields are empty: %(names)s", len(names))
    return format_html("<p><small>{}</small></p>", words % {"names": ", ".join(names)})
