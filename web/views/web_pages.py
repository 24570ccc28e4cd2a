"""Settings, Mailer, Web pages: what clients open by links of their own (M110-M118). Administrators write them."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django_htmx.http import HttpResponseClientRedirect

from automation.errors import CycleFound
from letter_templates.errors import PartRefused, ValueRefused
from letter_templates.fields import picker_groups, picker_labels
from letter_templates.models import Template
from mailkit.form_reader import read_lost_names
from pages.access import get_page_for
from pages.addresses import origin_of
from pages.errors import PageChanged, SubdomainRefused
from pages.models import Page
from pages.pages import create_page, delete_page, duplicate_page, save_page
from pages.requests import PageFields
from pages.subdomains import MOST, add_subdomain, are_possible, list_subdomains, remove_subdomain
from web.form_answers import lines_of_page
from web.forms.templates import NewTemplateForm
from web.forms.web_pages import PageForm, SubdomainForm
from web.members import MemberRequest, administrator_required


@require_GET
@administrator_required
def web_pages(request: MemberRequest) -> HttpResponse:
    return _list(request, SubdomainForm())


def _list(request: MemberRequest, form: SubdomainForm) -> HttpResponse:
    subdomains = [(row, origin_of(row.label)) for row in list_subdomains(request.member)]
    facts = {
        "pages": Page.objects.with_sums(),
        "subdomains": subdomains,
        "has_room": len(subdomains) < MOST and are_possible(),
        "are_possible": are_possible(),
        "most": MOST,
        "form": form,
    }
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    return render(request, "settings/mailer/pages.html", facts, status=status)


@require_http_methods(["GET", "POST"])
@administrator_required
def create(request: MemberRequest) -> HttpResponse:
    """A dialog over the list; a page without scripts. What it is made of is written on its own screen."""
    form = NewTemplateForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = create_page(request.member, PageFields(**form.cleaned_data))
        except ValueRefused as error:
            form.add_error("name", error.message)
        else:
            url = reverse("web_page", args=[made.pk])
            return HttpResponseClientRedirect(url) if request.htmx else redirect(url)
    page = "settings/mailer/page_dialog.html" if request.htmx else "settings/mailer/page_new.html"
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    return render(request, page, {"form": form}, status=status)


@require_http_methods(["GET", "POST"])
@administrator_required
def web_page(request: MemberRequest, page_id: int) -> HttpResponse:
    found = get_page_for(request.member, page_id)
    form = form_of(request, found)
    cycle = None
    if request.method == "POST" and form.is_valid():
        try:
            save_page(request.member, found.pk, form.values(), form.cleaned_data["version"])
        except CycleFound as error:
            cycle = error
        except PageChanged as error:
            _ask_again(request, form, error)
        except (PartRefused, ValueRefused) as error:
            form.add_refusal(error)
        else:
            messages.success(request, _("Saved."))
            return redirect("web_page", found.pk)
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors or cycle else HTTPStatus.OK
    facts = {**_facts(form, found), "cycle": cycle}
    return render(request, "settings/mailer/page.html", facts, status=status)


def form_of(request: MemberRequest, page: Page) -> PageForm:
    labels = [row.label for row in list_subdomains(request.member)]
    return PageForm(request.POST or None, page=page, labels=labels)


def _ask_again(request: MemberRequest, form: PageForm, error: PageChanged) -> None:
    data = request.POST.copy()
    data["version"] = str(error.current.version)
    form.data = data
    words = _("Somebody saved this page while you were writing. Save again to put yours in its place.")
    form.add_error(None, words)


def _facts(form: PageForm, found: Page) -> dict[str, Any]:
    return {
        "form": form,
        "page": found,
        "summed": Page.objects.with_sums().get(pk=found.pk),
        "answers": lines_of_page(found),
        "groups": picker_groups(),
        "format": form["format"].value(),
        "body": form["body"].value(),
        "lost_names": _lost_names(form),
        "state": {"labels": picker_labels()},
    }


def _lost_names(form: PageForm) -> list[str]:
    """Of form fields, in what was typed or is stored."""
    is_text = form["format"].value() == Template.Format.TEXT
    return [] if is_text else read_lost_names(str(form["body"].value() or ""))


@require_POST
@administrator_required
def delete(request: MemberRequest, page_id: int) -> HttpResponse:
    delete_page(request.member, page_id)
    messages.success(request, _("Deleted."))
    return redirect("web_pages")


@require_POST
@administrator_required
def duplicate(request: MemberRequest, page_id: int) -> HttpResponse:
    made = duplicate_page(request.member, page_id)
    messages.success(request, _("This is the copy."))
    return redirect("web_page", made.pk)


@require_POST
@administrator_required
def add_label(request: MemberRequest) -> HttpResponse:
    form = SubdomainForm(request.POST)
    if form.is_valid():
        try:
            add_subdomain(request.member, form.cleaned_data["label"])
        except SubdomainRefused as error:
            form.add_error("label", error.message)
        else:
            messages.success(request, _("Saved."))
            return redirect("web_pages")
    return _list(request, form)


@require_POST
@administrator_required
def remove_label(request: MemberRequest, subdomain_id: int) -> HttpResponse:
    try:
        remove_subdomain(request.member, subdomain_id)
        messages.success(request, _("Removed."))
    except SubdomainRefused as error:
        messages.error(request, error.message)
    return redirect("web_pages")
