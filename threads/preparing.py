"""Letters are made ready before any lock is taken, while the database files the batch before them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from threads import letter_rows
from threads.grouping import OurSide, client_of, collected_sender, direction_of, group_key
from threads.letters import IncomingLetter, LetterCells, PreparedLetter
from threads.models import Folder
from threads.own_addresses import our_side_of

Prepare = Callable[[IncomingLetter], PreparedLetter]


def prepare_for(folder: Folder) -> Prepare:
    """What makes letters of this folder ready: the database is asked once, here."""
    ours, is_from_sent = our_side_of(folder.mailbox_id), folder.role == Folder.Role.SENT
    return lambda letter: prepare_letter(letter, ours=ours, is_from_sent=is_from_sent)


def prepare_letter(
    incoming: IncomingLetter, *, ours: OurSide, is_from_sent: bool, is_ours: bool = False
) -> PreparedLetter:
    """Decide whose it is, and make its rows as far as they can be made."""
    parsed = incoming.letter.parsed
    client = client_of(parsed, ours=ours, is_from_sent=is_from_sent)
    letter = PreparedLetter(
        incoming=incoming,
        is_ours=is_ours,
        client=client,
        direction=direction_of(parsed, ours=ours, is_from_sent=is_from_sent),
        group_key=group_key(client.key, parsed.subject),
        collected_from=None if is_from_sent else collected_sender(parsed, ours=ours),
    )
    return replace(letter, cells=_cells(letter))


def _cells(letter: PreparedLetter) -> LetterCells:
    people = tuple(letter_rows.participant_cells(letter))
    return LetterCells(
        message=letter_rows.message_cells(letter),
        body=letter_rows.body_cells(letter, people),
        participants=people,
        attachments=tuple(letter_rows.attachment_cells(letter)),
        events=tuple(letter_rows.event_cells(letter)),
        bounces=tuple(letter_rows.bounce_cells(letter)),
    )
