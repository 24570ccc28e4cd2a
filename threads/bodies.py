"""The body of a letter as it may be shown today: what an older version of the cleaning let through is cleaned again."""

from __future__ import annotations

from mailkit.errors import LetterUnreadable
from mailkit.html_cleaner import POLICY_VERSION, CleanHtml, clean_again
from mailkit.reading_pool import read_safely
from threads.errors import RawLetterGone
from threads.models import Message, MessageBody
from threads.raw_store import read_raw
from threads.signals import body_shown


def fresh_body(message: Message) -> MessageBody:
    """The body, cleaned by the rules of today, and without our own pixels and links, which stand in answers to our
    letters and in copies that providers file: reading it tells nobody anything. Without a query on messages that came
    by `for_reading`, but for those links. It is for showing: what is taken out is not stored.
    """
    body = message.body
    if body.html and body.policy_version != POLICY_VERSION:
        _renew(body)
    body_shown.send(MessageBody, body=body)
    return body


def _renew(body: MessageBody) -> None:
    cleaned = _cleaned(body)
    body.html, body.has_remote_images = cleaned.html, cleaned.has_remote_images
    body.policy_version = cleaned.policy_version
    body.save(update_fields=["html", "has_remote_images", "policy_version"])


def _cleaned(body: MessageBody) -> CleanHtml:
    """From the letter as it came; where that is lost, from what we have of it."""
    try:
        letter = read_safely(read_raw(body.raw_name))
    except (RawLetterGone, LetterUnreadable):
        return clean_again(body.html)
    return CleanHtml(letter.html, letter.has_remote_images)
