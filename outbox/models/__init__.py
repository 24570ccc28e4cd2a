"""Letters on their way out, those still being written, and what limits sending."""

from __future__ import annotations

from outbox.models.drafts import Draft, DraftAddressee, DraftAttachment
from outbox.models.letters import OutgoingAttachment, OutgoingMail, OutgoingRecipient
from outbox.models.mailings import Mailing, MailingFile, MailingRecipient
from outbox.models.sending import SendingPace, Suppression
from outbox.models.uploads import Upload
from outbox.models.web_copies import WebCopy

__all__ = [
    "Draft",
    "DraftAddressee",
    "DraftAttachment",
    "Mailing",
    "MailingFile",
    "MailingRecipient",
    "OutgoingAttachment",
    "OutgoingMail",
    "OutgoingRecipient",
    "SendingPace",
    "Suppression",
    "Upload",
    "WebCopy",
]
