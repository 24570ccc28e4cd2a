"""The letter as a file. What is kept of it is all of it but for its attachments (rule K62); where it was too long to be
kept so, the mail server has it.
"""

from __future__ import annotations

from contextlib import ExitStack
from functools import partial
from tempfile import TemporaryFile
from typing import IO

from django.utils.translation import gettext as _

from mailboxes.errors import WrongState
from mailboxes.live_sessions import live_session
from mailkit.errors import MessageGone
from mailkit.imap_session import ImapSession
from mailkit.large_letter import may_be_begin, stream_whole
from mailkit.mime_reader import INCOMPLETE
from sync.places import Live, read_there
from threads.models import Message
from threads.raw_store import read_raw


def open_letter(message: Message, *, connect: Live = live_session) -> bytes | IO[bytes]:
    """Bytes, or an open file of any size. What the server does not have any more begins as it is kept, and says so.
    Raises RawLetterGone, and MailErrors when the server cannot be asked.
    """
    body = message.body
    raw = read_raw(body.raw_name)
    if body.raw_is_whole or not (body.is_cut and may_be_begin(raw)):
        return raw
    try:
        return _from_server(message, connect)
    except (MessageGone, WrongState):
        return incomplete(raw)


def incomplete(raw: bytes) -> bytes:
    """What is left of a letter, with a word about it."""
    mark = f"{INCOMPLETE}: yes\r\n".encode()
    return raw if raw.startswith(mark) else mark + raw


def _from_server(message: Message, connect: Live) -> IO[bytes]:
    words = _("The letter is only on the mail server, and %(address)s is disconnected. Reconnect it to open it.")
    with ExitStack() as stack:
        file = stack.enter_context(TemporaryFile())
        read_there(message, partial(_write, file=file), connect=connect, stopped=words)
        file.seek(0)
        stack.pop_all()  # it is the caller's
    return file


def _write(session: ImapSession, uid: int, file: IO[bytes]) -> None:
    file.seek(0)
    file.truncate()  # another place may have had a part of it
    file.writelines(stream_whole(session, uid))
