"""What is searched on the mail screen: the conversations that fit, and what of them is marked in their rows."""

from __future__ import annotations

from collections.abc import Collection

from accounts.models import Membership
from threads.querysets import ThreadQuerySet
from threads.search import folder_of
from threads.search_hits import Hits, hits_in_threads
from threads.search_query import SearchRefused, unknown_operators
from web.mail_address import Place


def searched(threads: ThreadQuerySet, place: Place) -> ThreadQuerySet:
    """Those of the place's folder, or of the one that the search names. None while the search has an error."""
    if not place.text:
        return threads.in_folder(place.folder)
    try:
        return threads.in_folder(folder_of(place.text) or place.folder).matching(place.text)
    except SearchRefused:
        return threads.none()


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
    return hits_in_threads(member, place.text, thread_ids) if place.text and thread_ids else Hits()
