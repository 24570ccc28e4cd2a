"""Contacts: the card with its mail, creating and changing."""

from __future__ import annotations

from functools import partial
from http import HTTPStatus

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.models import Membership
from crm.access import get_contact
from crm.contacts import change_contact, create_contact, delete_contact
from crm.errors import ContactMerged
from crm.models import Contact
from outbox.suppression import is_unsubscribed, set_unsubscribed
from threads.models import Message
from web.card_page import card_page
from web.forms.crm import ContactForm
from web.members import MemberRequest, member_required


@require_GET
@member_required
def contact(request: MemberRequest, contact_id: int) -> HttpResponse:
    """The card; for htmx its timeline."""
    try:
        found = get_contact(contact_id)
    except ContactMerged as gone:  # for now: a merge can be taken back
        return redirect("contact", gone.contact_id)
    return card_page(request, found, is_unsubscribed=is_unsubscribed(found))


@require_POST
@member_required
def unsubscribed(request: MemberRequest, contact_id: int) -> HttpResponse:
    """`is_unsubscribed` empty: mail is welcome again."""
    found = get_contact(contact_id)
    wants_none = bool(request.POST.get("is_unsubscribed"))
    set_unsubscribed(request.member, [row.email for row in found.emails.all()], is_unsubscribed=wants_none)
    if wants_none:
        messages.success(request, _("Who writes to %(name)s is warned from now on.") % {"name": found.name})
    else:
        messages.success(request, _("%(name)s gets mail again.") % {"name": found.name})
    return redirect("contact", contact_id=found.pk)


@require_http_methods(["GET", "POST"])
@member_required
def create(request: MemberRequest) -> HttpResponse:
    initial = {"responsible": request.member.pk, "emails": request.GET.getlist("email")}
    form = ContactForm(request.POST or None, initial=initial)
    if request.method == "POST" and (saved := form.saved(partial(create_contact, member=request.member))):
        _tell(request, saved, _count_mail(request.member, saved))
        return redirect("contact", contact_id=saved.pk)
    return _form_page(request, form, None)


@require_http_methods(["GET", "POST"])
@member_required
def edit(request: MemberRequest, contact_id: int) -> HttpResponse:
    found = get_contact(contact_id)
    form = ContactForm(request.POST or None, initial=ContactForm.initial_of(found))
    before = _count_mail(request.member, found)
    if request.method == "POST" and (saved := form.saved(partial(change_contact, found, member=request.member))):
        _tell(request, saved, _count_mail(request.member, saved) - before)
        return redirect("contact", contact_id=saved.pk)
    return _form_page(request, form, found)


def _form_page(request: MemberRequest, form: ContactForm, found: Contact | None) -> HttpResponse:
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    return render(request, "crm/contact_form.html", {"form": form, "contact": found}, status=status)


def _count_mail(member: Membership, found: Contact) -> int:
    return Message.objects.visible_to(member).kept().of_contact(found).count()


def _tell(request: MemberRequest, saved: Contact, new_letters: int) -> None:
    """G02: how many letters came to the card, of those this member may see."""
    words = _("%(name)s is saved.") % {"name": saved.name}
    if new_letters > 0:
        found = ngettext(
            "%(count)s letter that was here already stands on the card.",
            "%(count)s letters that were here already stand on the card.",
            new_letters,
        )
        words = f"{words} {found % {'count': new_letters}}"
    messages.success(request, words)


@require_POST
@member_required
def delete(request: MemberRequest, contact_id: int) -> HttpResponse:
    found = get_contact(contact_id)
    delete_contact(request.member, found)
    messages.success(request, _("%(name)s is deleted. The letters stay in Mail.") % {"name": found.name})
    return redirect("contacts")
