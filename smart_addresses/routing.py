"""What a letter to a smart address becomes: a pure decision about values (K41, K43-K46)."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from itertools import chain

from mailkit.addresses import email_key
from mailkit.automatic import has_unread_sender, says_so
from mailkit.types import Address, ParsedMessage, ReadLetter
from smart_addresses.models import ArrivedLetter
from smart_addresses.outcomes import Outcome
from smart_addresses.senders import SenderRule

MAX_PEOPLE = 100  # of one letter: as many as a listener takes recipients
MAX_HOPS = 30  # Received fields; more: the letter goes round in circles
_HOP = re.compile(rb"^received:", re.IGNORECASE | re.MULTILINE)
_HEADER_END = re.compile(rb"\r?\n\r?\n")


@dataclass(frozen=True, slots=True)
class Arrival:
    """All that the decision is made of."""

    address: str  # ArrivedLetter.Address
    recipient: str  # as the sender named it
    mail_from: str  # of the envelope, "": a bounce
    letter: ReadLetter
    hops: int
    is_verified: bool
    ours: Collection[str]  # email keys that are never a client's
    rule: SenderRule
    hidden_copy_creates: bool


@dataclass(frozen=True, slots=True)
class Route:
    """The outcome, and the people of whom cards are made: none if it is not CREATED."""

    outcome: Outcome
    people: tuple[Address, ...] = ()


def plan_route(arrival: Arrival) -> Route:
    """The first reason against it counts. A letter to be filed is, whoever wrote it: the reason is only noted."""
    if arrival.hops > MAX_HOPS:
        return Route(Outcome.LOOP)
    refused = _sender_refusal(arrival)
    if refused:
        return Route(refused)
    if arrival.address == ArrivedLetter.Address.FILING:
        return Route(Outcome.FILED)
    if is_automatic(arrival.letter, arrival.mail_from):
        return Route(Outcome.AUTOMATIC)
    if not arrival.hidden_copy_creates and not _is_visible(arrival):
        return Route(Outcome.HIDDEN_COPY)
    parsed = arrival.letter.parsed
    people = outside_people(parsed, arrival.ours)
    if people:
        return Route(Outcome.CREATED, people)
    return Route(Outcome.AUTOMATIC if has_unread_sender(parsed) else Outcome.NOBODY)


def _sender_refusal(arrival: Arrival) -> Outcome | None:
    sender = arrival.letter.parsed.sender
    if not arrival.rule.allows(sender.email if sender else ""):
        return Outcome.SENDER_NOT_ALLOWED
    if not arrival.rule.is_open and not arrival.is_verified:  # else whoever writes a user's address into From may write
        return Outcome.SENDER_NOT_VERIFIED
    return None


def is_automatic(letter: ReadLetter, mail_from: str) -> bool:
    """Written by a program: no customer stands behind it. One that is sent out under an address that nobody reads, an
    order of a shop say, may still be about the people in To and Cc.
    """
    is_offered = bool(letter.parsed.headers.get("list-unsubscribe"))  # a newsletter
    return not mail_from or bool(letter.reports) or is_offered or says_so(letter.parsed)


def count_hops(raw: bytes) -> int:
    """How many servers wrote their Received field into this letter."""
    end = _HEADER_END.search(raw)
    return len(_HOP.findall(raw[: end.start()] if end else raw))


def outside_people(parsed: ParsedMessage, ours: Collection[str]) -> tuple[Address, ...]:
    """Those of the letter's own From, To and Cc who are not ours, each once; a name is taken where there is one. What a
    forwarded letter says inside does not count (K46), nor a sender whom nobody can answer.
    """
    found: dict[str, Address] = {}
    senders = [parsed.sender] if parsed.sender and not has_unread_sender(parsed) else []
    for person in chain(senders, parsed.to, parsed.cc):
        key = email_key(person.email)
        if key in ours:
            continue
        known = found.get(key)
        is_better = len(found) < MAX_PEOPLE if known is None else not known.name
        if is_better:
            found[key] = person
    return tuple(found.values())


def _is_visible(arrival: Arrival) -> bool:
    """K45: whoever reads the letter sees the address."""
    wanted = email_key(arrival.recipient)
    parsed = arrival.letter.parsed
    return any(email_key(person.email) == wanted for person in chain(parsed.to, parsed.cc))
