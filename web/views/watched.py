"""Opens and clicks of a letter of ours, beside the letter."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from outbox.access import get_mail_for
from web.form_answers import lines_of_letter
from web.members import MemberRequest, member_required
from web.watched import hit_words, link_words, watched


@require_GET
@member_required
def letter_hits(request: MemberRequest, mail_id: int) -> HttpResponse:
    """In short, or with `open` as a whole."""
    found = watched(get_mail_for(request.member, mail_id))
    if found is None:
        raise Http404
    is_open = "open" in request.GET
    context = {"watched": found, "is_open": is_open}
    if is_open:
        context |= {"links": link_words(found.tracked), "hits": hit_words(found.tracked)}
        context["answers"] = lines_of_letter(found.mail)
    return render(request, "mail/watched.html", context)
