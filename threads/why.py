"""Why a letter is where it is, and why a file of it is gone, in words that both faces show (G13)."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from accounts.models import AuditEvent
from crm.models import ContactEmail
from threads.models import Folder, FolderEntry, Message, Participant
from threads.rearranging import MERGED, SPLIT


@dataclass(frozen=True, slots=True)
class Place:
    """Where the letter lies, or lay, on the mail server."""

    folder: str  # Folder.Role
    name: str  # as the server lists the folder
    uid: int
    is_on_server: bool
    words: str


@dataclass(frozen=True, slots=True)
class CardReason:
    """A card that the letter shows on, and the address that brought it there."""

    contact_id: int
    name: str
    address: str
    words: str


@dataclass(frozen=True, slots=True)
class MessageReasons:
    thread_code: str  # Message.ThreadReason
    thread_words: str
    places: tuple[Place, ...]
    cards: tuple[CardReason, ...]


@dataclass(frozen=True, slots=True)
class Gone:
    """Why the mail server has no bytes of a letter any more."""

    code: str  # removed_by_us, removed_there, never_there
    words: str


def explain_message(message: Message) -> MessageReasons:
    return MessageReasons(
        thread_code=message.thread_reason,
        thread_words=_thread_words(message),
        places=tuple(_place(entry) for entry in _entries(message)),
        cards=tuple(_card_reasons(message)),
    )


def explain_gone(message: Message) -> Gone:
    """For a letter that no place of ours is left of."""
    entries = list(_entries(message))
    removed = next((entry.removed_at for entry in entries if entry.removed_at), None)
    if removed:
        words = _("This mailbox deletes uploaded letters on the mail server; this one was deleted on %(date)s.")
        return Gone("removed_by_us", words % {"date": date_format(localtime(removed), "DATE_FORMAT")})
    if entries:
        words = _("The letter was deleted or moved on the mail server, so its files cannot be fetched any more.")
        return Gone("removed_there", words)
    return Gone("never_there", _("The mail server has no copy of this letter."))


def _thread_words(message: Message) -> str:
    if message.thread_reason == Message.ThreadReason.MANUAL:
        return _words_by_hand(message)
    counterpart = message.thread.counterpart_address
    words = {
        Message.ThreadReason.SUBJECT: _("Same client (%(client)s) and same subject as the letters above it."),
        Message.ThreadReason.REPLY: _("It answers a letter of this conversation."),
        Message.ThreadReason.FIRST: _("It is the first letter of this conversation: no earlier one has its subject."),
        Message.ThreadReason.ALONE: _("It stands alone: grouping is switched off for this mailbox."),
    }[Message.ThreadReason(message.thread_reason)]
    return words % {"client": counterpart or _("nobody")}


def _words_by_hand(message: Message) -> str:
    """Who did it and when, from the audit log: the number of the group is that of its line (threads.rearranging)."""
    event = AuditEvent.objects.filter(pk=abs(message.manual_group or 0)).select_related("actor__user").first()
    if event is None or event.actor is None:
        return _("It was put here by hand.")
    words = {
        MERGED: _("%(who)s merged this conversation from several by hand on %(date)s."),
        SPLIT: _("%(who)s split this conversation by hand on %(date)s."),
    }[event.action]
    return words % {"who": event.actor.name, "date": date_format(localtime(event.created_at), "DATE_FORMAT")}


def _entries(message: Message) -> list[FolderEntry]:
    """Of this epoch: earlier UIDs of the same letter mean nothing any more."""
    entries = FolderEntry.objects.filter(message=message).select_related("folder").order_by("folder__role", "uid")
    return [entry for entry in entries if entry.generation == entry.folder.generation]


def _place(entry: FolderEntry) -> Place:
    words = _("On the mail server in %(folder)s") if entry.is_on_server else _("No longer on the mail server")
    shown = words % {"folder": _folder_words(entry.folder)}
    return Place(entry.folder.role, entry.folder.name, entry.uid, entry.is_on_server, shown)


def _folder_words(folder: Folder) -> str:
    """ "Inbox", "Sent (Sent Items)": the server's own name says more only when it is another."""
    label = str(folder.get_role_display())
    return label if folder.name.lower() in (label.lower(), "inbox") else f"{label} ({folder.name})"


def _card_reasons(message: Message) -> list[CardReason]:
    """One for each address of a card that takes part in the letter."""
    people = {row.email_key: row for row in Participant.objects.filter(message=message).order_by("-role", "-position")}
    addresses = ContactEmail.objects.filter(contact__mail__message=message, email_key__in=people)
    return [
        CardReason(
            contact_id=address.contact_id,
            name=address.contact.name,
            address=address.email,
            words=_("%(address)s stands under “%(header)s”")
            % {"address": address.email, "header": people[address.email_key].get_role_display()},
        )
        for address in addresses.select_related("contact").order_by("contact_id", "position", "id")
    ]
