"""Contacts that are one person: found, made one, taken apart again; or known to be different people."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django_htmx.http import HttpResponseClientRedirect

from crm.access import get_contact
from crm.custom_fields import fields_of
from crm.duplicates import By, find_duplicates, forget_different, mark_different
from crm.errors import CrmError, ValueRefused, WrongState
from crm.field_values import text_of
from crm.merging import FIELDS, MOST, OWN, default_choices, field_names, merge_contacts, unmerge_contacts, value_of
from crm.models import Contact
from web.mail_address import whole_number
from web.members import MemberRequest, member_required
from web.typed import typed_text

PAGE = 30
TITLES: dict[By, str | Promise] = {
    By.EMAIL: gettext_lazy("Same address"),
    By.PHONE: gettext_lazy("Same phone"),
    By.NAME: gettext_lazy("Same name"),
}
LABELS: dict[str, str | Promise] = {
    "first_name": gettext_lazy("First name"),
    "last_name": gettext_lazy("Last name"),
    "company": gettext_lazy("Company"),
    "responsible": gettext_lazy("Responsible"),
    "store": gettext_lazy("Store"),
}


@require_GET
@member_required
def duplicates(request: MemberRequest) -> HttpResponse:
    by = _shown(request.GET.get("by", ""))
    after = (typed_text(request.GET, "key"), whole_number(request.GET.get("store")) or 0)
    groups = find_duplicates(by, after=after if after[0] else ("", -1), limit=PAGE + 1)
    last = groups[PAGE - 1] if len(groups) > PAGE else None
    facts = {
        "by": by,
        "tabs": [(title, f"{reverse('duplicates')}?by={each}", each == by) for each, title in TITLES.items()],
        "groups": groups[:PAGE],
        "next": urlencode({"by": str(by), "key": last.key, "store": str(last.store_id)}) if last else "",
        "most": MOST,
        "apart": _ids(request.GET, "apart")[:MOST],
        "one": Contact.objects.filter(pk__in=_ids(request.GET, "one")[:1]).first(),
    }
    return render(request, "crm/merge/duplicates.html", facts)


@require_POST
@member_required
def different(request: MemberRequest) -> HttpResponse:
    """`one` is none of the `ids`; `undo` takes that back. Then the list, which says so."""
    one, ids = get_contact(request.POST.get("one", "")), _ids(request.POST, "ids")
    others = [get_contact(each) for each in ids[:MOST] if each != one.pk]
    write = forget_different if "undo" in request.POST else mark_different
    asked: dict[str, Any] = {"by": request.POST.get("by", "")}
    try:
        write(request.member, one, others)
    except ValueRefused as refusal:
        messages.error(request, refusal.message)
    else:
        asked |= {} if "undo" in request.POST else {"one": one.pk, "apart": ids}
    return redirect(f"{reverse('duplicates')}?{urlencode(asked, doseq=True)}")


def _ids(given: QueryDict, name: str) -> list[int]:
    return sorted({number for one in given.getlist(name) if (number := whole_number(one))})


def _shown(asked: str) -> By:
    """Who did not ask for a tab gets the first with something in it."""
    if asked in set(By):
        return By(asked)
    return next((each for each in By if find_duplicates(each, limit=1)), By.EMAIL)


@dataclass(frozen=True, slots=True)
class Choice:
    """One field in which the contacts differ: (id of a contact, what it says), and which is taken unless changed."""

    name: str
    label: str
    options: Sequence[tuple[int, str]]
    chosen: int


@require_http_methods(["GET", "POST"])
@member_required
def merge(request: MemberRequest) -> HttpResponse:
    """The oldest contact stays, and what is chosen field by field. The list's button is answered by this address."""
    if request.htmx:
        return HttpResponseClientRedirect(request.get_full_path())
    given = request.POST if request.method == "POST" else request.GET
    ids = _ids(given, "ids")
    contacts = [get_contact(each) for each in ids[: MOST + 1]]
    problem = "" if 1 < len(contacts) <= MOST else _("Choose two to %(most)d contacts.") % {"most": MOST}
    if request.method == "POST" and not problem:
        try:
            return _merged(request, contacts)
        except CrmError as error:
            problem = str(error)
    facts = {"contacts": contacts, "problem": problem, "choices": _choices(contacts)}
    return render(request, "crm/merge/merge.html", {**facts, **_together(contacts)}, status=422 if problem else 200)


def _merged(request: MemberRequest, contacts: Sequence[Contact]) -> HttpResponse:
    posted = {name: whole_number(request.POST.get(name)) for name in field_names()}
    choices = {name: number for name, number in posted.items() if number}
    merge_contacts(request.member, contacts[0], contacts[1:], choices=choices)
    words = ngettext("%(count)s contact is one card now.", "%(count)s contacts are one card now.", len(contacts))
    messages.success(request, words % {"count": len(contacts)})
    return redirect("contact", contacts[0].pk)


def _choices(contacts: Sequence[Contact]) -> list[Choice]:
    own = {f"{OWN}{each.number}": each for each in fields_of("contact")}
    chosen = default_choices(contacts)
    found = []
    for name in field_names():
        label = str(LABELS[name]) if name in FIELDS else own[name].name
        values = [(contact.pk, _text(contact, name, own)) for contact in contacts]
        options = list({text: (pk, text) for pk, text in reversed(values) if text}.values())[::-1]
        if len(options) > 1:
            found.append(Choice(name, label, options, chosen.get(name, options[0][0])))
    return found


def _text(contact: Contact, name: str, own: dict[str, Any]) -> str:
    value = value_of(contact, name)
    if name in own:
        return text_of(own[name], value)
    return value if isinstance(value, str) else getattr(value, "name", "")


def _together(contacts: Sequence[Contact]) -> dict[str, list[str]]:
    """What no one has to choose: all of it stays."""
    emails = dict.fromkeys(row.email for contact in contacts for row in contact.emails.all())
    return {"emails": list(emails), "phones": list(dict.fromkeys(p for each in contacts for p in each.phones))}


@require_POST
@member_required
def unmerge(request: MemberRequest, contact_id: int) -> HttpResponse:
    contact = get_contact(contact_id)
    try:
        others = unmerge_contacts(request.member, contact)
    except (WrongState, ValueRefused) as error:
        messages.error(request, str(error))
    else:
        words = _("All is as it was before: %(names)s.") % {"names": ", ".join(each.name for each in others)}
        messages.success(request, words)
    return redirect("contact", contact.pk)
