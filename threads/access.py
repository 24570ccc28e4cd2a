"""The only way a face gets a thread, a letter or a file."""

from __future__ import annotations

from accounts.models import Membership
from mailboxes.models import Mailbox
from threads.errors import AttachmentNotFound, MessageNotFound, QuarantinedNotFound, ThreadNotFound
from threads.models import Attachment, Message, QuarantinedLetter, Thread


def get_thread_for(member: Membership, thread_id: int | str) -> Thread:
    """Raises ThreadNotFound."""
    found = Thread.objects.visible_to(member).readable().select_related("mailbox").filter(pk=_number(thread_id)).first()
    if found is None:
        raise ThreadNotFound
    return found


def get_message_for(member: Membership, message_id: int | str) -> Message:
    """With all that a reader shows. Raises MessageNotFound."""
    found = Message.objects.visible_to(member).readable().for_reading().filter(pk=_number(message_id)).first()
    if found is None:
        raise MessageNotFound
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
    return found


def get_quarantined_for(mailbox: Mailbox, quarantined_id: int | str) -> QuarantinedLetter:
    """One of this mailbox, which the member has by mailboxes.access. Raises QuarantinedNotFound."""
    letters = QuarantinedLetter.objects.filter(mailbox=mailbox).select_related("entry__folder")
    found = letters.filter(pk=_number(quarantined_id)).first()
    if found is None:
        raise QuarantinedNotFound
    return found


def _number(value: int | str) -> int:
    """Ids are opaque to clients: what is no number names nothing."""
    return int(value) if str(value).isascii() and str(value).isdigit() and len(str(value)) < 19 else 0
