"""Letters on paper: one document with all of them, whose quotes are open and whose header lines stand above each.

It is shown to nobody: reader.js loads it into a hidden frame and prints that. No script runs in it either.
"""

from __future__ import annotations

from collections.abc import Sequence

from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from accounts.models import Membership
from threads.models import Message
from web.image_consent import granted_token
from web.letter_page import POLICY, letter_content, page_of

PRINT_POLICY = f"{POLICY} allow-modals"  # the dialog of the printer is one
MOST_PRINTED = 200


def print_page(member: Membership, messages: Sequence[Message]) -> str:
    """A whole document. Messages as of `for_reading`, at least one."""
    letters = [{"message": message, "content": _content(member, message)} for message in messages[-MOST_PRINTED:]]
    subject = messages[-1].subject or _("(no subject)")
    page = render_to_string("mail/print.html", {"subject": subject, "letters": letters})
    return page_of(subject, SafeString(page), "light")


def _content(member: Membership, message: Message) -> SafeString:
    return letter_content(message, images=granted_token("", member, message), is_folded=False)
