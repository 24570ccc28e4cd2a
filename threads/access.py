"""The only way a face gets a thread, a letter or a file."""

from __future__ import annotations

from django.db.models import F

from accounts.models import Membership
from mailboxes.foreign_reading import note_reading
from mailboxes.models import Mailbox
from threads.errors import (
    AttachmentNotFound,
    LeftOutNotFound,
    MessageNotFound,
    QuarantinedNotFound,
    ThreadNotFound,
)
from threads.models import Attachment, Folder, FolderEntry, Message, QuarantinedLetter, Thread


def get_thread_for(member: Membership, thread_id: int | str) -> Thread:
    """Raises ThreadNotFound."""
    found = Thread.objects.visible_to(member).readable().select_related("mailbox").filter(pk=_number(thread_id)).first()
    if found is None:
        raise ThreadNotFound
    note_reading(member, [found.mailbox])
    return found


def get_message_for(member: Membership, message_id: int | str) -> Message:
    """With all that a reader shows. Raises MessageNotFound."""
    found = Message.objects.visible_to(member).readable().for_reading().filter(pk=_number(message_id)).first()
    if found is None:
        raise MessageNotFound
    note_reading(member, [found.mailbox])
    return found


def get_attachment_for(member: Membership, attachment_id: int | str) -> Attachment:
    """With its letter. Raises AttachmentNotFound."""
    letters = Message.objects.visible_to(member).readable()
    found = (
        Attachment.objects.filter(pk=_number(attachment_id), message__in=letters)
        .select_related("message__mailbox")
        .first()
    )
    if found is None:
        raise AttachmentNotFound
    note_reading(member, [found.message.mailbox])
    return found


def get_quarantined_for(member: Membership, mailbox: Mailbox, quarantined_id: int | str) -> QuarantinedLetter:
    """One of this mailbox, which the member has by mailboxes.access. Raises QuarantinedNotFound."""
    letters = QuarantinedLetter.objects.filter(mailbox=mailbox).select_related("entry__folder")
    found = letters.filter(pk=_number(quarantined_id)).first()
    if found is None:
        raise QuarantinedNotFound
    note_reading(member, [mailbox])
    return found


def get_left_out_for(mailbox: Mailbox, folder: str, uid: int | str) -> FolderEntry:
    """The place of a letter of this mailbox that stayed on the server because nobody in it had a card.

    `folder` is a Folder.Role. Raises LeftOutNotFound.
    """
    if folder not in Folder.Role.values:
        raise LeftOutNotFound
    places = FolderEntry.objects.filter(folder__mailbox=mailbox, generation=F("folder__generation"), is_on_server=True)
    left_out = places.filter(outcome=FolderEntry.Outcome.UNMATCHED, folder__role=folder, uid=_number(uid))
    found = left_out.select_related("folder").first()
    if found is None:
        raise LeftOutNotFound
    return found


def _number(value: int | str) -> int:
    """Ids are opaque to clients: what is no number names nothing."""
    return int(value) if str(value).isascii() and str(value).isdigit() and len(str(value)) < 19 else 0
