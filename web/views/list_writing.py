"""Writing to the people of ticked rows (M10): each gets a letter of their own, and the dialog says how many (M12)."""

from __future__ import annotations

from http import HTTPStatus

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from outbox.errors import LetterRefused
from outbox.writing_to_each import addressees_of, write_to_each
from web.forms.list_writing import WriteForm
from web.members import MemberRequest, member_required
from web.senders import list_senders
from web.toasts import close_dialog, toast
from web.views.drafts import undo_seconds_of
from web.views.lists import check_kind, chosen_of


@require_POST
@member_required
def write(request: MemberRequest, kind: str) -> HttpResponse:
    """The dialog; with what was typed in it, the letters."""
    check_kind(kind)
    senders = list_senders(request.member)
    if not senders:
        return toast(HttpResponse(), _("Connect a mailbox first, or ask for the “Mail” tick."), tone="bad")
    form = WriteForm(senders, request.POST if "subject" in request.POST else None)
    try:
        chosen = addressees_of(kind, chosen_of(request.POST, kind))
        if form.is_valid():
            letter = form.letter(undo_seconds_of(request.member))
            return _sent(len(write_to_each(request.member, letter, chosen.people)))
    except LetterRefused as error:
        if not form.is_bound:
            return toast(HttpResponse(), error.message, tone="bad")
        form.add_error(error.field if error.field in form.fields else None, error.message)
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    facts = {"form": form, "kind": kind, "count": len(chosen.people), "left_out": chosen.left_out}
    return render(request, "crm/parts/write_dialog.html", facts, status=status)


def _sent(count: int) -> HttpResponse:
    words = ngettext("%(count)s letter is on its way", "%(count)s letters are on their way", count)
    return close_dialog(toast(HttpResponse(), words % {"count": count}))
