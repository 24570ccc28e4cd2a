"""What is searched on the mail screen: the conversations that fit, and what of them is marked in their rows."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from accounts.models import Membership
from threads.querysets import ThreadQuerySet
from threads.search import Within, folder_of
from threads.search_hits import Hits, hits_in_threads
from threads.search_query import DELETED, SearchRefused, unknown_operators
from web.mail_address import Place


def searched(threads: ThreadQuerySet, place: Place) -> ThreadQuerySet:
    """Those of the place's folder, or of the one that the search names. None while the search has an error."""
    try:
        return threads.matching(place.text, Within(place.folder, place.mailbox_id))
    except SearchRefused:
        return threads.none()


def opened_in(place: Place) -> Place:
    """Where its conversations are opened: what was found in Deleted would be empty in another folder."""
    is_deleted = not problem_of(place) and folder_of(place.text) == DELETED
    return replace(place, folder=DELETED) if is_deleted else place


def problem_of(place: Place) -> str:
    """What is wrong with the search, "" if nothing is."""
    try:
        folder_of(place.text)
    except SearchRefused as error:
        return error.message
    return ""


def unknown_in(place: Place) -> str:
    """The operators in the search that there are not, as one text."""
    return ", ".join(unknown_operators(place.text))


def hits_of(member: Membership, place: Place, thread_ids: Collection[int]) -> Hits:
    return hits_in_threads(member, place.text, thread_ids, place.folder) if place.text and thread_ids else Hits()
