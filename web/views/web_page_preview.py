"""A web page as its client would see it: in the preview of its screen."""

from __future__ import annotations

from http import HTTPStatus

from django.http import HttpResponse
from django.template.loader import render_to_string
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_POST

from crm.access import get_card
from crm.models import Card
from letter_templates.errors import PartRefused, ValueRefused
from letter_templates.fields import picker_labels
from mailboxes import limits
from mailboxes.errors import TooManyTries
from pages.access import get_page_for
from pages.models import Page
from pages.previewing import PagePreview, preview_page
from web.composed_page import refused_page
from web.members import MemberRequest, administrator_required
from web.views.web_pages import form_of

# No scripts; pictures from anywhere, as on the page itself: who looks is who wrote it.
POLICY = (
    "default-src 'none'; img-src https: data:; style-src 'unsafe-inline'; font-src https: data:; form-action 'none'; "
    "base-uri 'none'; frame-ancestors 'self'; sandbox allow-same-origin"
)


@require_POST
@administrator_required
@xframe_options_sameorigin
def preview(request: MemberRequest, page_id: int) -> HttpResponse:
    """Posted into the frame: what is typed. Nothing is saved."""
    page = get_page_for(request.member, page_id)
    try:
        limits.check(request.member, "preview")
        html, status = _document(_made(request, page)), HTTPStatus.OK
    except (TooManyTries, PartRefused, ValueRefused) as error:
        html, status = refused_page(error.message), HTTPStatus.UNPROCESSABLE_ENTITY
    return HttpResponse(html, status=status, headers={"Content-Security-Policy": POLICY})


def _made(request: MemberRequest, page: Page) -> PagePreview:
    """Raises PartRefused, ValueRefused."""
    form = form_of(request, page)
    if not form.is_valid():
        name, errors = next(iter(form.errors.items()))
        label = form[name].label if name in form.fields else ""
        raise ValueRefused(name, f"{label}: {errors[0]}" if label else str(errors[0]))
    return preview_page(request.member, form.values(), _card(request))


def _card(request: MemberRequest) -> Card | None:
    """ "contact:5" or "lead:7"; nothing: no card, and its fields are empty."""
    kind, _colon, number = request.POST.get("card", "").partition(":")
    return get_card(kind, number) if kind else None


def _document(made: PagePreview) -> str:
    """With what stands above the frame in a <template>, for the dialog around it."""
    labels = picker_labels()
    empty = [(labels.get(name, name), name) for name in made.empty_fields]
    facts = render_to_string("settings/mailer/parts/page_facts.html", {"header": made.header, "empty_fields": empty})
    return made.html.replace("<body>", f'<body><template id="facts">{facts}</template>', 1)
