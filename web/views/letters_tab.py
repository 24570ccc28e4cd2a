"""Settings, Mailer, Letters: what waits and when it goes (M20), the history of all letters (M95, M96), and addresses
that take no mail.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.models import Membership
from letter_templates.models import Template
from mailboxes.models import Mailbox
from outbox.errors import InvalidRecipient
from outbox.letter_history import HistoryFilter, letters_in
from outbox.mailing_access import check_mailer, mailings_of
from outbox.mailing_results import eta_of, results_of
from outbox.models import Mailing, OutgoingMail
from outbox.suppression import add_unsubscribed, lift, suppressions_of
from web.deliveries import WORDS, describe_all
from web.mail_address import OUTBOX, Place, whole_number
from web.mailing_words import TONES, pause_words
from web.members import MemberRequest, member_required
from web.paging import page_by_time, span_by_time
from web.toasts import toast
from web.typed import typed_text
from web.views.outbox import kept_ids_of, list_queues

PAGE = 30
IDS = ("id", "mailbox", "author", "template", "mailing")
DAYS = ("first", "last")
ON_THEIR_WAY = "moving"  # the queue: what is not delivered


@require_GET
@member_required
def queue(request: MemberRequest) -> HttpResponse:
    check_mailer(request.member)
    running = mailings_of(request.member).filter(state__in=[Mailing.State.RUNNING, Mailing.State.PAUSED])
    now = timezone.now()
    facts = {
        "part": "queue",
        "queues": list_queues(request.member, Place(folder=OUTBOX)),
        "mailings": [(one, TONES[one.state], results_of(one), eta_of(one, now), pause_words(one)) for one in running],
        **_rows_facts(request, {"state": ON_THEIR_WAY}),
    }
    return render(request, "settings/mailer/letters/queue.html", facts)


@require_GET
@member_required
def history(request: MemberRequest) -> HttpResponse:
    """Narrowed by its address: `?state=failed&mailbox=3&first=2026-05-01`, or `?id=4711` for one of them."""
    check_mailer(request.member)
    member = request.member
    mailings = mailings_of(member).exclude(state=Mailing.State.DRAFT)
    facts = {
        "part": "history",
        "states": [(state, words) for state, (words, _tone) in WORDS.items()],
        "choices": (
            (
                "mailbox",
                _("Mailbox"),
                Mailbox.objects.visible_to(member).order_by("address_key").values_list("pk", "address"),
            ),
            ("author", _("Author"), _people()),
            ("template", _("Template"), Template.objects.visible_to(member).order_by("name").values_list("pk", "name")),
            ("mailing", _("Mailing"), mailings.values_list("pk", "name")),
        ),
        "chosen": _kept(request.GET),
        **_rows_facts(request, _kept(request.GET)),
    }
    return render(request, "settings/mailer/letters/history.html", facts)


@require_GET
@member_required
def rows(request: MemberRequest) -> HttpResponse:
    """The next page of either, or one that is drawn anew after news."""
    check_mailer(request.member)
    return render(request, "mail/outbox_rows.html", _rows_facts(request, _kept(request.GET)))


@require_http_methods(["GET", "POST"])
@member_required
def suppressions(request: MemberRequest) -> HttpResponse:
    """Addresses whose letters come back, or whose owners want none."""
    check_mailer(request.member)
    error, typed, status = "", "", HTTPStatus.OK
    if request.method == "POST":
        typed = typed_text(request.POST, "address")
        try:
            add_unsubscribed(request.member, typed)
        except InvalidRecipient as refused:
            error, status = refused.message, HTTPStatus.UNPROCESSABLE_ENTITY
        else:
            messages.success(request, _("No mailing goes to %(address)s.") % {"address": typed})
            return redirect("mailer_suppressions")
    found = suppressions_of(request.member).select_related("message")
    page = page_by_time(found, request.GET.get("from", ""), size=PAGE)
    facts = {"part": "suppressions", "rows": page.rows, "next_place": page.next_place, "error": error, "typed": typed}
    return render(request, "settings/mailer/letters/suppressions.html", facts, status=status)


@require_POST
@member_required
def lift_one(request: MemberRequest, suppression_id: int) -> HttpResponse:
    check_mailer(request.member)
    lift(request.member, suppression_id)
    return toast(redirect("mailer_suppressions"), _("Mailings go to this address again"))


def _people() -> list[tuple[int, str]]:
    return [(one.pk, one.name) for one in Membership.objects.select_related("user").order_by("user__name", "id")]


def _kept(query: QueryDict) -> dict[str, str]:
    """The filters that the address has; what is no value of one is left out."""
    given = {name: query.get(name, "") for name in ("state", *IDS, *DAYS)}
    known = {ON_THEIR_WAY, *OutgoingMail.State.values}
    is_right = {
        "state": lambda typed: typed in known,
        **dict.fromkeys(IDS, lambda typed: whole_number(typed) is not None),
        **dict.fromkeys(DAYS, lambda typed: _day(typed) is not None),
    }
    return {name: typed for name, typed in given.items() if is_right[name](typed)}


def _day(typed: str) -> date | None:
    try:
        return parse_date(typed)
    except ValueError:
        return None


def _moment(typed: str | None, *, after: int = 0) -> datetime | None:
    day = _day(typed or "")
    return timezone.make_aware(datetime.combine(day + timedelta(days=after), time())) if day else None


def _letters(member: Membership, kept: dict[str, str]) -> QuerySet[Any]:
    wanted = HistoryFilter(
        mail_id=whole_number(kept.get("id")),
        mailbox_id=whole_number(kept.get("mailbox")),
        author_id=whole_number(kept.get("author")),
        template_id=whole_number(kept.get("template")),
        mailing_id=whole_number(kept.get("mailing")),
        created_after=_moment(kept.get("first")),
        created_before=_moment(kept.get("last"), after=1),
    )
    if kept.get("state") == ON_THEIR_WAY:
        return letters_in(member, wanted).undelivered().for_list()
    return letters_in(member, replace(wanted, state=kept.get("state"))).for_list()


def _rows_facts(request: MemberRequest, kept: dict[str, str]) -> dict[str, Any]:
    start, end = request.GET.get("from", ""), request.GET.get("until", "")
    found = _letters(request.member, kept)
    page = span_by_time(found, start, end) if end else page_by_time(found, start, size=PAGE)
    return {
        "deliveries": describe_all(page.rows),
        "is_in_settings": True,  # letters have numbers there, and no editor
        "kept_ids": kept_ids_of(request.member, page.rows),
        "managed_ids": set(Mailbox.objects.managed_by(request.member).values_list("id", flat=True)),
        "again_url": _url({**kept, "from": start, "until": end or page.next_place}),
        "next_url": _url({**kept, "from": page.next_place}) if page.next_place else "",
    }


def _url(facts: dict[str, str]) -> str:
    return f"{reverse('mailer_letter_rows')}?{urlencode({name: fact for name, fact in facts.items() if fact})}"
