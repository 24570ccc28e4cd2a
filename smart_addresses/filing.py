"""From a row to a letter in its thread, on its cards: each arrived letter once, whenever a worker dies.

    received --claim--> read, check the sender --one transaction--> cards, letter, done

A lease on the row says who works on it; it runs out by itself, longer each time. The transaction ends with the row's
own change of state, so that either all of it happened or nothing (failpoints R6 to R8).
"""

from __future__ import annotations

import logging
import uuid
from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from accounts import live
from accounts.models import Account
from accounts.tenancy import current_account_id, every_account
from mailboxes.models import Mailbox
from mailboxes.system import system_mailbox
from mailkit.errors import LetterUnreadable
from mailkit.failpoints import failpoint
from mailkit.letter_reader import list_files
from mailkit.reading_pool import read_safely
from mailkit.types import ReadLetter
from smart_addresses.capping import has_room
from smart_addresses.creating import create_cards
from smart_addresses.models import ArrivedLetter
from smart_addresses.outcomes import Outcome, Unreadable
from smart_addresses.routing import Arrival, Route, count_hops, plan_route
from smart_addresses.senders import sender_rule
from smart_addresses.verifying import verify
from threads.attachment_store import store_file
from threads.filing import file_without_place
from threads.letters import IncomingLetter, PreparedLetter
from threads.linking import hold_cards
from threads.own_addresses import our_side_of
from threads.preparing import prepare_letter
from threads.raw_store import read_raw

logger = logging.getLogger(__name__)
State = ArrivedLetter.State

LEASE = timedelta(minutes=2)
LONGEST_LEASE = timedelta(hours=1)
MOST_ATTEMPTS = 12  # over some six hours
SWEEP = 500  # letters at once


class LeaseLost(Exception):
    """Another worker has the letter: what this one did is rolled back."""


@dataclass(frozen=True, slots=True)
class ReadArrival:
    """A letter that is ready to be filed: all that needs no lock is done."""

    letter: ArrivedLetter
    prepared: PreparedLetter
    route: Route


def file_letter(letter_id: int) -> None:
    """In the account's scope. Does nothing when another worker is at it, or it is done."""
    letter = _claim(letter_id)
    if letter is None:
        return
    if letter.attempts > MOST_ATTEMPTS:
        _set_aside(letter, Unreadable.GAVE_UP)
        return
    raw = read_raw(letter.raw_name)
    try:
        read = read_safely(raw)
    except LetterUnreadable as error:
        logger.warning("smart address: letter not readable", extra={"letter": letter.pk, "error": error.detail})
        _set_aside(letter, Unreadable.TOO_SLOW if error.reason == "too_slow" else Unreadable.UNREADABLE)
        return
    failpoint("R6")
    _file(_prepare(letter, read, raw))


def list_due() -> list[tuple[int, int]]:
    """The sweep: (account, letter) of those that nobody works on, the ones waiting longest first."""
    with every_account("letters that came to smart addresses"):
        rows = ArrivedLetter.objects.filter(_is_free(), state=State.RECEIVED).order_by(
            F("lease_until").asc(nulls_first=True), "id"
        )
        return list(rows.values_list("account_id", "pk")[:SWEEP])


def _is_free() -> Q:
    return Q(lease_until=None) | Q(lease_until__lte=timezone.now())


def _claim(letter_id: int) -> ArrivedLetter | None:
    """Compare-and-set: of two workers one has it."""
    letter = ArrivedLetter.objects.filter(pk=letter_id).first()
    if letter is None:
        return None
    token = uuid.uuid4()
    lease = min(LEASE * 2 ** min(letter.attempts, 10), LONGEST_LEASE)
    claimed = ArrivedLetter.objects.filter(_is_free(), pk=letter_id, state=State.RECEIVED).update(
        lease_token=token, lease_until=timezone.now() + lease, attempts=F("attempts") + 1
    )
    return ArrivedLetter.objects.get(pk=letter_id) if claimed else None


def _prepare(letter: ArrivedLetter, read: ReadLetter, raw: bytes) -> ReadArrival:
    """Storage and the DNS are asked here, before any lock is taken."""
    mailbox = system_mailbox()
    verify(letter, raw, shown=read.parsed.sender.email if read.parsed.sender else "")
    incoming = IncomingLetter(
        uid=0,
        received_at=letter.received_at,
        flags=frozenset(),
        letter=read,
        stored_files={section: store_file(mailbox.pk, [content]) for section, content in list_files(raw)},
        raw_name=letter.raw_name,
        raw_is_whole=True,
    )
    ours = our_side_of(mailbox.pk)
    account = Account.objects.get(pk=current_account_id())
    arrival = Arrival(
        address=letter.address,
        recipient=letter.recipient,
        mail_from=letter.mail_from,
        letter=read,
        hops=count_hops(raw),
        is_verified=letter.is_verified,
        ours=ours.keys,
        rule=sender_rule(),
        hidden_copy_creates=account.smart_bcc_creates,
    )
    return ReadArrival(letter, prepare_letter(incoming, ours=ours, is_from_sent=False), plan_route(arrival))


@transaction.atomic
def _file(ready: ReadArrival) -> None:
    """The mailbox first, then the cards: as all who file hold them."""
    letter, route = ready.letter, ready.route
    mailbox = Mailbox.objects.select_for_update(no_key=True).get(kind=Mailbox.Kind.SYSTEM)
    if route.people:
        hold_cards()
    [place] = file_without_place(mailbox, [ready.prepared])
    failpoint("R7")
    letter.message_id = place[0] if place else None
    _finish(letter, State.DONE, _create(ready) if place else Outcome.DELETED)
    failpoint("R8")


def _create(ready: ReadArrival) -> Outcome:
    """The cards, if there shall be any. New contacts get the letter with all others of their address."""
    route, parsed = ready.route, ready.prepared.parsed
    if not route.people:
        return route.outcome
    sender = parsed.sender.email if parsed.sender else ""
    if not has_room(ready.letter, sender):
        return Outcome.TOO_MANY
    has_cards = create_cards(ready.letter, route.people, parsed)
    return route.outcome if has_cards else Outcome.NOBODY


def _set_aside(letter: ArrivedLetter, reason: Unreadable) -> None:
    """Kept whole, shown, and tried again when somebody asks."""
    with transaction.atomic():
        _finish(letter, State.UNREADABLE, reason)


def _finish(letter: ArrivedLetter, state: str, outcome: Outcome | Unreadable) -> None:
    """Raises LeaseLost."""
    mine = ArrivedLetter.objects.filter(pk=letter.pk, lease_token=letter.lease_token, state=State.RECEIVED)
    done = mine.update(
        state=state, outcome=outcome, message=letter.message_id, done_at=timezone.now(),
        lease_token=None, lease_until=None,
    )  # fmt: skip
    if not done:
        raise LeaseLost(letter.pk)
    live.publish("arrived", mailbox_id=system_mailbox().pk)
