"""Letters as kept: folders and places on the server, messages, threads, people, files, and the cards they show on."""

from __future__ import annotations

from threads.models.cards import CardLink, ThreadLead
from threads.models.consent import ImageConsent
from threads.models.correspondents import Correspondent
from threads.models.letters import Attachment, CalendarEvent, Message, MessageBody, Participant, Thread
from threads.models.removed import RemovedLetter, RemovedMailbox, Tombstone
from threads.models.server import BounceReport, Folder, FolderEntry, QuarantinedLetter

__all__ = [
    "Attachment",
    "BounceReport",
    "CalendarEvent",
    "CardLink",
    "Correspondent",
    "Folder",
    "FolderEntry",
    "ImageConsent",
    "Message",
    "MessageBody",
    "Participant",
    "QuarantinedLetter",
    "RemovedLetter",
    "RemovedMailbox",
    "Thread",
    "ThreadLead",
    "Tombstone",
]
