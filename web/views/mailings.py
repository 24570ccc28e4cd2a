"""Settings, Mailer, Letters: mailings (M10, M12, M20, M92). One that has not started is written on its page; later
its results stand there.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Sequence
from dataclasses import fields as fields_in
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django_htmx.http import HttpResponseClientRedirect, trigger_client_event

from letter_templates.fields import picker_groups, picker_labels
from letter_templates.models import Template
from outbox.errors import LetterRefused, MailingRefused, WrongState
from outbox.mailing_access import get_mailing_for, mailings_of
from outbox.mailing_checks import Check, Severity
from outbox.mailing_recipients import Selection
from outbox.mailing_results import Results, eta_of, left_out, results_of
from outbox.mailing_running import cancel_mailing, pause_mailing, resume_mailing, start_mailing
from outbox.mailings import (
    MailingValues,
    add_unsubscribe_link,
    change_mailing,
    create_mailing,
    delete_mailing,
    has_unsubscribe_link,
    prepare_again,
    values_of,
    with_template,
)
from outbox.models import Mailing, MailingRecipient, Upload
from web.draft_json import FileFacts
from web.forms.mailings import MailingForm, StartForm
from web.mail_address import whole_number
from web.mailing_words import TONES, bars_of, pause_words
from web.members import MemberRequest, member_required
from web.paging import page_by_time
from web.toasts import toast
from web.views.compose import limits_of_letters
from web.views.lists import check_kind

PAGE = 30
MOST_TEMPLATES = 200
OWN_FIELDS = ("csrfmiddlewaretoken", "ids", "all", "after", "ordering")  # of the list's form, and no filters
DOMAIN_CHECKS = ("spf", "dkim", "dmarc", "mx")  # what they are about is explained at the mailbox
STEPS = {
    "pause": (pause_mailing, gettext_lazy("The mailing is paused")),
    "resume": (resume_mailing, gettext_lazy("The mailing goes on")),
    "cancel": (cancel_mailing, gettext_lazy("The mailing is canceled")),
}


@require_GET
@member_required
def mailings(request: MemberRequest) -> HttpResponse:
    page = page_by_time(mailings_of(request.member), request.GET.get("from", ""), size=PAGE)
    lines = [
        (one, TONES[one.state], results_of(one) if one.state != Mailing.State.DRAFT else None) for one in page.rows
    ]
    facts = {"lines": lines, "next_place": page.next_place, "part": "mailings"}
    return render(request, "settings/mailer/letters/mailings.html", facts)


@require_POST
@member_required
def create(request: MemberRequest, kind: str) -> HttpResponse:
    """From the list of a kind of cards: the ticked rows, or all that it has. On to the mailing's own page."""
    check_kind(kind)
    name = _("Mailing of %(day)s") % {"day": date_format(timezone.localtime(), "DATE_FORMAT")}
    try:
        made = create_mailing(request.member, _selection(request.POST, kind), MailingValues(name=name))
    except LetterRefused as error:
        return toast(HttpResponse(), error.message, tone="bad")
    url = reverse("mailing", args=[made.pk])
    return HttpResponseClientRedirect(url) if request.htmx else redirect(url)


def _selection(posted: QueryDict, kind: str) -> Selection:
    if "all" not in posted:
        return Selection(kind, [number for one in posted.getlist("ids") if (number := whole_number(one))])
    query = posted.copy()
    for name in OWN_FIELDS:
        query.pop(name, None)
    return Selection(kind, query=query.urlencode())


@require_http_methods(["GET", "POST"])
@member_required
def mailing(request: MemberRequest, mailing_id: int) -> HttpResponse:
    found = get_mailing_for(request.member, mailing_id)
    if found.state != Mailing.State.DRAFT:
        if request.method == "POST":
            raise Http404
        return render(
            request, "settings/mailer/letters/mailing_state.html", {**_state_facts(found), "part": "mailings"}
        )
    form = MailingForm(request.POST.dict() or None, member=request.member, mailing=found)
    if request.method == "POST" and form.is_valid() and _is_saved(request, form, found):
        messages.success(request, _("Saved."))
        return redirect(f"{reverse('mailing', args=[found.pk])}{'?start=1' if 'check' in request.POST else ''}")
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    return render(request, "settings/mailer/letters/mailing.html", _draft_facts(request, form, found), status=status)


def _is_saved(request: MemberRequest, form: MailingForm, found: Mailing) -> bool:
    try:
        change_mailing(request.member, found.pk, form.values())
    except LetterRefused as error:
        form.add_refusal(error)
        return False
    except WrongState as error:
        form.add_error(None, error.message)
        return False
    return True


def _draft_facts(request: MemberRequest, form: MailingForm, found: Mailing) -> dict[str, Any]:
    templates = Template.objects.visible_to(request.member).order_by("name", "pk")
    return {
        "form": form,
        "mailing": found,
        "part": "mailings",
        "left_out": _left_out(found),
        "has_link": has_unsubscribe_link(values_of(found)),
        "is_starting": "start" in request.GET,
        "templates": templates.only("name")[:MOST_TEMPLATES],
        "groups": picker_groups(),
        "format": form["format"].value(),
        "body": form["body"].value(),
        "state": {"files": _files_json(request, form, found), "labels": picker_labels()},
        "limits": limits_of_letters(),
        "most_files": settings.ATTACHMENTS_MAX_BYTES,
    }


def _left_out(found: Mailing) -> list[tuple[Any, int]]:
    return [(MailingRecipient.Reason(reason).label, count) for reason, count in left_out(found).items()]


def _files_json(request: MemberRequest, form: MailingForm, found: Mailing) -> list[dict[str, Any]]:
    listed = form.files_listed() if form.is_bound and hasattr(form, "cleaned_data") else values_of(found).files
    content_ids = {file.upload_id: file.content_id for file in listed}
    uploads = Upload.objects.filter(membership=request.member, pk__in=content_ids).order_by("pk")
    return [FileFacts.of(upload, content_ids[upload.pk]).as_json() for upload in uploads]


def _state_facts(found: Mailing) -> dict[str, Any]:
    results: Results = results_of(found)
    return {
        "mailing": found,
        "tone": TONES[found.state],
        "results": results,
        "bars": bars_of(results),
        "left_out": _left_out(found),
        "pause_words": pause_words(found),
        "ends_at": eta_of(found, timezone.now()),
        "can_change": found.state in (Mailing.State.RUNNING, Mailing.State.PAUSED),
    }


@require_GET
@member_required
def state(request: MemberRequest, mailing_id: int) -> HttpResponse:
    """How it goes, drawn anew after news."""
    found = get_mailing_for(request.member, mailing_id)
    return render(request, "settings/mailer/letters/mailing_results.html", _state_facts(found))


@require_POST
@member_required
def use_template(request: MemberRequest, mailing_id: int) -> HttpResponse:
    chosen = whole_number(request.POST.get("template")) or 0

    def fill_in() -> None:
        values = values_of(get_mailing_for(request.member, mailing_id))
        change_mailing(request.member, mailing_id, with_template(request.member, values, chosen))

    return _done(request, mailing_id, fill_in, _("The words of the template are here. Change what you like."))


@require_POST
@member_required
def add_link(request: MemberRequest, mailing_id: int) -> HttpResponse:
    words = _("The link stands at the end of the text.")
    return _done(request, mailing_id, lambda: add_unsubscribe_link(request.member, mailing_id), words)


@require_POST
@member_required
def find_again(request: MemberRequest, mailing_id: int) -> HttpResponse:
    words = _("The recipients were found anew.")
    return _done(request, mailing_id, lambda: prepare_again(request.member, mailing_id), words)


def _done(request: MemberRequest, mailing_id: int, act: Callable[[], object], words: str) -> HttpResponse:
    """Back to the mailing, with words about what was done, or why it was not."""
    try:
        act()
    except (WrongState, LetterRefused) as error:
        messages.error(request, error.message)
    else:
        messages.success(request, words)
    return redirect("mailing", mailing_id)


@require_POST
@member_required
def start(request: MemberRequest, mailing_id: int) -> HttpResponse:
    """Answers the dialog of checks; with what is wrong, it is drawn again."""
    form = StartForm(request.POST)
    form.is_valid()
    try:
        found = start_mailing(
            request.member,
            mailing_id,
            is_confirmed=form.cleaned_data["read"],
            leaves_out_blanks=form.cleaned_data["without_blanks"],
        )
    except MailingRefused as error:
        found = get_mailing_for(request.member, mailing_id)
        facts = {**check_facts(found, error.checks), "is_refused": True, **form.cleaned_data}
        status = HTTPStatus.UNPROCESSABLE_ENTITY
        return render(request, "settings/mailer/letters/mailing_checks.html", facts, status=status)
    except WrongState as error:
        return toast(HttpResponse(), error.message, tone="bad")
    url = reverse("mailing", args=[found.pk])
    return HttpResponseClientRedirect(url) if request.htmx else redirect(url)


def check_facts(found: Mailing, checks: Sequence[Check]) -> dict[str, Any]:
    severities = {check.severity for check in checks}
    return {
        "mailing": found,
        "checks": checks,
        "domain_checks": DOMAIN_CHECKS,
        "has_errors": Severity.ERROR in severities,
        "has_warnings": Severity.WARNING in severities,
        "has_blanks": any(check.code == "empty_field" for check in checks),
    }


@require_POST
@member_required
def change(request: MemberRequest, mailing_id: int, step: str) -> HttpResponse:
    """`step` is one of STEPS."""
    if step not in STEPS:
        raise Http404
    act, words = STEPS[step]
    try:
        act(request.member, mailing_id)
    except WrongState as error:
        return toast(HttpResponse(), error.message, tone="bad")
    return toast(trigger_client_event(HttpResponse(), "mailing-changed", {}), str(words))


@require_POST
@member_required
def delete(request: MemberRequest, mailing_id: int) -> HttpResponse:
    try:
        delete_mailing(request.member, mailing_id)
    except WrongState as error:
        messages.error(request, error.message)
        return redirect("mailing", mailing_id)
    messages.success(request, _("Deleted."))
    return redirect("mailings")


@require_GET
@member_required
def results_csv(request: MemberRequest, mailing_id: int) -> HttpResponse:
    """Names for programs: a table to count with."""
    results = results_of(get_mailing_for(request.member, mailing_id))
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="mailing-{mailing_id}.csv"'
    writer = csv.writer(response)
    writer.writerow(["result", "people"])
    writer.writerows((field.name, getattr(results, field.name)) for field in fields_in(Results))
    return response
