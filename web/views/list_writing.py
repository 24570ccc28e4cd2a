"""Writing to the people of ticked rows (M10): the composer opens with a draft to each of them."""

from __future__ import annotations

from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from django_htmx.http import HttpResponseClientRedirect

from accounts.mailer import may_use_mailer
from outbox.drafts import DraftFields, create_draft
from outbox.errors import TooManyPeople
from outbox.writing_to_each import addressees_of, people_of
from web.draft import own_mailbox_of
from web.members import MemberRequest, member_required
from web.senders import list_senders
from web.toasts import toast
from web.views.lists import check_kind, chosen_of


@require_POST
@member_required
def write(request: MemberRequest, kind: str) -> HttpResponse:
    check_kind(kind)
    senders = list_senders(request.member)
    if not senders:
        return toast(HttpResponse(), _("Connect a mailbox first, or ask for the “Mail” tick."), tone="bad")
    try:
        people = people_of(kind, chosen_of(request.POST, kind))
    except TooManyPeople as error:
        facts = {"message": error.message, "kind": kind, "may_mail": may_use_mailer(request.member)}
        return render(request, "crm/parts/too_many_people.html", facts)
    if not addressees_of(people).people:
        return toast(HttpResponse(), _("None of them has an address that takes mail."), tone="bad")
    draft = create_draft(request.member, DraftFields(mailbox_id=own_mailbox_of(senders), to_each=people))
    url = f"{reverse('mail_folder', args=['inbox'])}?{urlencode({'compose': '', 'draft': draft.pk})}"
    return HttpResponseClientRedirect(url) if request.htmx else redirect(url)
