"""Contacts: the list, the card with its mail, creating and changing."""

from __future__ import annotations

from functools import partial
from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.models import Membership
from crm.access import get_contact
from crm.models import Contact, Lead
from crm.services import change_contact, create_contact, delete_contact
from threads.models import Message
from web.card_mail import card_mail
from web.forms.crm import ContactForm
from web.lead_cards import cards_of
from web.members import MemberRequest, member_required
from web.paging import page_by_name
from web.typed import typed_text

PAGE = 50


@require_GET
@member_required
def contacts(request: MemberRequest) -> HttpResponse:
    """The list; for htmx its rows alone."""
    text = typed_text(request.GET, "q")
    found = Contact.objects.matching(text) if text else Contact.objects.all()
    page = page_by_name(found.for_list(), request.GET.get("after", ""), size=PAGE)
    is_fragment = request.htmx and not request.htmx.history_restore_request
    template = "crm/parts/contact_rows.html" if is_fragment else "crm/contacts.html"
    return render(request, template, {"page": page, "text": text})


@require_GET
@member_required
def contact(request: MemberRequest, contact_id: int) -> HttpResponse:
    """The card; for htmx the next rows of its mail."""
    found = get_contact(contact_id)
    facts = _mail_facts(request, found)
    if request.htmx and not request.htmx.history_restore_request:
        return render(request, "crm/parts/mail_rows.html", facts)
    leads = Lead.objects.of_contact(found).open().for_list().order_by("-created_at", "-id")
    return render(request, "crm/contact.html", {**facts, "leads": cards_of(leads)})


def _mail_facts(request: MemberRequest, found: Contact) -> dict[str, Any]:
    threads_after, notes_after = request.GET.get("before", ""), request.GET.get("notes", "")
    page = card_mail(request.member, found, threads_after=threads_after, notes_after=notes_after)
    return {"contact": found, "page": page, "address": _address_of(found)}


def _address_of(found: Contact) -> str:
    """Where "Write" writes to."""
    return next((row.email for row in found.emails.all()), "")


@require_http_methods(["GET", "POST"])
@member_required
def create(request: MemberRequest) -> HttpResponse:
    initial = {"responsible": request.member.pk, "emails": request.GET.getlist("email")}
    form = ContactForm(request.POST or None, initial=initial)
    if request.method == "POST" and (saved := form.saved(create_contact)):
        _tell(request, saved, _count_mail(request.member, saved))
        return redirect("contact", contact_id=saved.pk)
    return _form_page(request, form, None)


@require_http_methods(["GET", "POST"])
@member_required
def edit(request: MemberRequest, contact_id: int) -> HttpResponse:
    found = get_contact(contact_id)
    form = ContactForm(request.POST or None, initial=ContactForm.initial_of(found))
    before = _count_mail(request.member, found)
    if request.method == "POST" and (saved := form.saved(partial(change_contact, found))):
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
