"""Triggers that wait for an opening of which nobody would hear (M61, M62)."""

from __future__ import annotations

from typing import Any

from letter_templates.models import Template
from letter_templates.trigger_choice import read_choice
from outbox.acts import switches_of
from outbox.models import Draft, Mailing, OutgoingMail
from outbox.outside_links import names_trigger_link

Letter = Template | Draft | Mailing | OutgoingMail


def waits_unseen(letter: Letter) -> bool:
    """Neither the pixel nor a link would tell. Who has not chosen a mailbox yet is not warned of its switches."""
    if not _waits(letter.triggers):
        return False
    if isinstance(letter, OutgoingMail):
        body, is_text = letter.html or letter.text, bool(letter.text and not letter.html)
    else:
        body, is_text = letter.body, letter.format == Template.Format.TEXT
    return not names_trigger_link(body) and (is_text or not _is_watched(letter))


def _waits(triggers: Any) -> bool:  # noqa: ANN401  (stored JSON)
    choice = read_choice(triggers)
    return bool(choice.opened or choice.not_opened)


def _is_watched(letter: Letter) -> bool:
    if isinstance(letter, Template):
        return True  # whoever sends it decides
    if isinstance(letter, OutgoingMail):
        return letter.track_opens or letter.track_links
    if letter.mailbox is None:
        return True
    asked = {"opens": letter.track_opens, "links": letter.track_links}
    switches = switches_of(letter.author.account, letter.mailbox, **asked)
    return switches.opens or switches.links
