"""News of letters and hits, made into runs: once each, however often they are told, and whoever is killed meanwhile."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import timedelta

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from accounts.tenancy import every_account
from automation import causes, runs
from automation.models import Run, Trigger
from automation.opened import stop_waiting
from letter_templates.trigger_choice import read_choice
from mailkit.failpoints import failpoint
from outbox.models import OutgoingMail
from outbox.querysets import OutgoingMailQuerySet
from pages.models import PageLink
from tracking.models import Hit

AT_ONCE = 200
LATE = timedelta(seconds=5)  # so long the signal's own task has time before the sweep tells it again

State = OutgoingMail.State
ENDED = (State.SENT, State.FAILED)
ACTING = (Hit.Verdict.HUMAN, Hit.Verdict.UNKNOWN)


def list_accounts_with_news() -> list[int]:
    """The sweep: letters that have ended and hits that are judged, of which nothing was made yet."""
    before = timezone.now() - LATE
    with every_account("letters and hits that nobody was told of"):
        letters = _untold_letters().filter(created_at__lt=before).order_by().values_list("account_id", flat=True)
        hits = _untold_hits().filter(at__lt=before).order_by().values_list("account_id", flat=True)
        return sorted({*letters.distinct(), *hits.distinct()})


def note_waiting() -> None:
    """All that this account has."""
    while ids := list(_untold_letters().order_by("pk").values_list("pk", flat=True)[:AT_ONCE]):
        if not note_letters(ids):
            break  # another worker has them
    while ids := list(_untold_hits().order_by("pk").values_list("pk", flat=True)[:AT_ONCE]):
        if not note_hits(ids):
            break


@transaction.atomic
def note_letters(mail_ids: Collection[int]) -> int:
    """Write down what follows from how these letters ended; how many there were to be told of."""
    waiting = _untold_letters().filter(pk__in=mail_ids).order_by("pk")
    mails = list(waiting.select_for_update(no_key=True, skip_locked=True, of=("self",)))
    chosen = {mail.pk: read_choice(mail.triggers) for mail in mails}
    triggers = _triggers({one for choice in chosen.values() for _event, ids in choice for one in ids})
    made: list[Run] = []
    for mail in mails:
        choice = chosen[mail.pk]
        if mail.state == State.FAILED:
            made += runs.plan(causes.of_failed(mail), _picked(triggers, choice.failed))
            continue
        made += runs.plan(causes.of_sent(mail), _picked(triggers, choice.sent))
        if choice.not_opened:
            wait = choice.not_opened_after
            late = causes.of_not_opened(mail)
            made += runs.plan(late, _picked(triggers, choice.not_opened), after_seconds=wait)
    runs.store(made)
    failpoint("A1")
    OutgoingMail.objects.filter(pk__in=chosen).update(told_at=timezone.now())
    return len(mails)


@transaction.atomic
def note_hits(hit_ids: Collection[int]) -> int:
    """Write down what follows from these opens and clicks of people; how many there were to be told of."""
    waiting = _untold_hits().filter(pk__in=hit_ids).order_by("at", "pk").select_related("link__trigger_link")
    hits = list(waiting.select_for_update(no_key=True, skip_locked=True, of=("self",)))
    tracked = {hit.tracked_id for hit in hits}
    mails = {mail.tracked_id: mail for mail in OutgoingMail.objects.filter(tracked__in=tracked)}
    pages = {link.tracked_id: link for link in PageLink.objects.filter(tracked__in=tracked).select_related("page")}
    made: list[Run] = []
    for hit in hits:
        if mail := mails.get(hit.tracked_id):
            made += _of_letter(mail, hit)
            if read_choice(mail.triggers).not_opened:
                stop_waiting(mail, timezone.now())
        elif page_link := pages.get(hit.tracked_id):
            made += _of_page(page_link, hit)
    runs.store(made)
    failpoint("A2")
    Hit.objects.filter(pk__in=[hit.pk for hit in hits]).update(told_at=timezone.now())
    return len(hits)


def _of_letter(mail: OutgoingMail, hit: Hit) -> list[Run]:
    """Whoever follows a link has opened the letter, images or not (M61)."""
    opened = read_choice(mail.triggers).opened
    made = runs.plan(causes.of_opened(mail, hit), _picked(_triggers(opened), opened)) if opened else []
    link = hit.link.trigger_link if hit.link else None
    if link and link.triggers:
        made += runs.plan(causes.of_clicked(mail, hit, link), _picked(_triggers(link.triggers), link.triggers))
    return made


def _of_page(page_link: PageLink, hit: Hit) -> list[Run]:
    opened = page_link.page.on_open
    made = runs.plan(causes.of_page_opened(page_link, hit), _picked(_triggers(opened), opened)) if opened else []
    link = hit.link.trigger_link if hit.link else None
    if link and link.triggers:
        clicked = causes.of_clicked_in_page(page_link, hit, link)
        made += runs.plan(clicked, _picked(_triggers(link.triggers), link.triggers))
    return made


def _untold_letters() -> OutgoingMailQuerySet:
    return OutgoingMail.objects.filter(told_at=None, state__in=ENDED).exclude(triggers={})


def _untold_hits() -> QuerySet[Hit]:
    return Hit.objects.filter(Q(told_at=None, judge_at=None), verdict__in=ACTING)


def _triggers(ids: Collection[int]) -> Mapping[int, Trigger]:
    return Trigger.objects.in_bulk(list(ids)) if ids else {}


def _picked(triggers: Mapping[int, Trigger], ids: Sequence[int]) -> list[Trigger]:
    """In the order in which they were chosen; one that was deleted starts nothing."""
    return [triggers[trigger_id] for trigger_id in ids if trigger_id in triggers]
