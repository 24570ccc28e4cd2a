"""What clients see at addresses of ours, for our own people to look at: nothing counts as a visit, nothing is sent."""

from __future__ import annotations

from http import HTTPStatus

from django.http import HttpResponse
from django.utils.html import format_html
from django.utils.safestring import mark_safe
from django.views.decorators.http import require_GET

from accounts.public_tokens import read_token
from letter_templates.errors import PartRefused, ValueRefused
from mailkit.form_sketch import sketch_forms
from outbox.access import get_mail_for
from outbox.errors import MailNotFound
from pages.access import get_page_link_for
from pages.previewing import look_at_page
from pages.web_letters import look_at_letter
from web.letter_page import page_of
from web.members import MemberRequest, member_required
from web.views.web_page_preview import POLICY as PAGE_POLICY

# Pictures from anywhere, as for the client: who looks is of those who wrote it.
LETTER_POLICY = (
    "default-src 'none'; img-src 'self' http: https: data:; style-src 'unsafe-inline'; font-src 'self'; "
    "form-action 'none'; base-uri 'none'; frame-ancestors 'none'; "
    "sandbox allow-same-origin allow-popups allow-popups-to-escape-sandbox"
)


@require_GET
@member_required
def page_link(request: MemberRequest, page_link_id: int) -> HttpResponse:
    """The page of a card, also when its link has expired."""
    link = get_page_link_for(request.member, page_link_id)
    try:
        html, status = look_at_page(request.member, link).html, HTTPStatus.OK
    except (PartRefused, ValueRefused) as error:
        html = page_of(link.page.name, format_html("<p>{}</p>", error.message), "light")
        status = HTTPStatus.UNPROCESSABLE_ENTITY
    return HttpResponse(html, status=status, headers={"Content-Security-Policy": PAGE_POLICY})


@require_GET
@member_required
def web_letter(request: MemberRequest, secret: str) -> HttpResponse:
    """{weblink} of a letter: see tracking.originals."""
    named = read_token("web", secret)
    if named is None or named.account_id != request.member.account_id:
        raise MailNotFound
    shown = look_at_letter(get_mail_for(request.member, named.row_id).pk)
    if shown is None:
        raise MailNotFound
    own = mark_safe(sketch_forms(shown.html))  # noqa: S308  (cleaned when it was queued, and see the policy)
    html = page_of(shown.subject, format_html('<div class="paper">{}</div>', own), "light")
    return HttpResponse(html, headers={"Content-Security-Policy": LETTER_POLICY})
