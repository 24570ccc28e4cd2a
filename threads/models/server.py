"""Folders and places on the mail server, and letters that could not be filed."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.tenant_models import SameAccount, TenantForeignKey, TenantModel, TenantPartModel
from mailboxes.models import Mailbox
from threads.models.letters import Message


class Folder(TenantPartModel):
    """A folder of the mail server that we read, and how far: the sync cursor.

    `generation` counts the server's UID epochs: it goes up when UIDVALIDITY changes or UIDNEXT goes back
    (RFC 9051 section 2.3.1.1), so that (folder, generation, uid) always names one letter.
    """

    class Role(models.TextChoices):
        INBOX = "inbox", _("Inbox")
        SENT = "sent", _("Sent")

    mailbox = TenantForeignKey(Mailbox, on_delete=models.CASCADE, related_name="folders")
    role = models.CharField(max_length=5, choices=Role)
    name = models.CharField(max_length=1000)  # as the server lists it, decoded
    server = models.CharField(max_length=600, default="")  # host and user name that its UIDs are of
    generation = models.PositiveIntegerField(default=1)
    uidvalidity = models.BigIntegerField(default=0)  # 0: never seen
    uidnext = models.BigIntegerField(default=0)
    highestmodseq = models.BigIntegerField(null=True)
    message_count = models.PositiveIntegerField(default=0)  # on the server, by the last STATUS
    last_uid = models.BigIntegerField(default=0)  # every UID from history_uid up to here has a FolderEntry
    history_uid = models.BigIntegerField(default=0)  # UIDs below it are not looked at yet: "Load older mail" does
    older_count = models.PositiveIntegerField(default=0)  # letters on the server below history_uid, when last counted
    silent_uid = models.BigIntegerField(
        default=0
    )  # letters up to here were there when this epoch began: filed silently
    empty_since = models.DateTimeField(null=True)  # says the server of a folder in which we know many letters

    class Meta(TenantModel.Meta):
        abstract = False
        constraints = [
            *TenantModel.Meta.constraints,
            SameAccount(field="mailbox", name="folder_mailbox_same_account"),
            models.UniqueConstraint(fields=["account", "mailbox", "role"], name="folder_once"),
        ]

    def __str__(self) -> str:
        return f"{self.role} of mailbox {self.mailbox_id}"


class FolderEntry(TenantPartModel):
    """A place on the server, and what became of the letter there. Rows of a folder are its ledger (G13)."""

    class Outcome(models.TextChoices):
        IMPORTED = "imported"
        OLDER = "older"  # outside the window of the first import
        GONE = "gone"  # expunged before we could fetch it
        FAILED = "failed"  # could not be parsed or stored: see QuarantinedLetter
        FILTERED = "filtered"  # from or to an address that this mailbox never stores (A08)
        INTERNAL = "internal"  # among colleagues, and this mailbox does not store such letters (A08)
        DELETED = "deleted"  # deleted here, and its days in Deleted are over: see Tombstone (K60)
        UNMATCHED = "unmatched"  # of people without a card, and this mailbox leaves their letters there (R12)

    folder = TenantForeignKey(Folder, on_delete=models.CASCADE, related_name="entries", db_index=False)
    generation = models.PositiveIntegerField()
    uid = models.BigIntegerField()
    message = TenantForeignKey(Message, on_delete=models.CASCADE, null=True, related_name="places", db_index=False)
    outcome = models.CharField(max_length=9, choices=Outcome)
    is_seen = models.BooleanField(
        default=False
    )  # \Seen, as the server last had it: only its changes are followed (G06)
    is_on_server = models.BooleanField(default=True)
    removed_at = models.DateTimeField(null=True)  # when we removed it there, or marked it as \Deleted (R10)

    class Meta(TenantModel.Meta):
        abstract = False
        constraints = [
            *TenantModel.Meta.constraints,
            SameAccount(field="folder", name="folderentry_folder_same_account"),
            SameAccount(field="message", name="folderentry_message_same_account"),
            models.UniqueConstraint(fields=["account", "folder", "generation", "uid"], name="folderentry_once"),
        ]
        indexes = [models.Index(fields=["account", "message"], name="folderentry_of_message")]

    def __str__(self) -> str:
        return f"uid {self.uid} in folder {self.folder_id}"


class QuarantinedLetter(TenantPartModel):
    """A letter that could not be filed, kept raw (G14). Retried by hand, and by itself after an upgrade."""

    class Reason(models.TextChoices):
        UNREADABLE = "unreadable", _("It could not be read")
        TOO_SLOW = "too_slow", _("Reading it took too long or too much memory")
        UNSTORABLE = "unstorable", _("The database refused it")
        CRASHED = "crashed", _("A worker broke down while reading it")

    entry = TenantForeignKey(FolderEntry, on_delete=models.CASCADE, related_name="quarantine")
    mailbox = TenantForeignKey(Mailbox, on_delete=models.CASCADE, related_name="quarantine")
    reason = models.CharField(max_length=10, choices=Reason)
    detail = models.CharField(max_length=200, blank=True, default="")  # the kind of error, never words of the letter
    raw_name = models.CharField(max_length=200, blank=True, default="")  # in storage; "": its bytes never reached us
    size = models.PositiveBigIntegerField(default=0)
    received_at = models.DateTimeField()
    message_id_header = models.TextField(blank=True, default="")  # these three: as far as they could be read
    from_address = models.CharField(max_length=320, blank=True, default="")
    subject = models.CharField(max_length=300, blank=True, default="")
    reader_version = models.PositiveSmallIntegerField()  # mailkit.mime_reader.READER_VERSION that failed on it
    try_count = models.PositiveSmallIntegerField(default=1)
    tried_at = models.DateTimeField()

    class Meta(TenantModel.Meta):
        abstract = False
        ordering = ["-received_at", "-id"]
        constraints = [
            *TenantModel.Meta.constraints,
            SameAccount(field="entry", name="quarantine_entry_same_account"),
            SameAccount(field="mailbox", name="quarantine_mailbox_same_account"),
            models.UniqueConstraint(fields=["account", "entry"], name="quarantine_once"),
        ]
        indexes = [models.Index(fields=["account", "mailbox", "-received_at", "-id"], name="quarantine_of_mailbox")]

    def __str__(self) -> str:
        return f"quarantined letter {self.pk}"


class BounceReport(TenantModel):
    """What a letter reports about the delivery of another one to one address (RFC 3464)."""

    message = TenantForeignKey(Message, on_delete=models.CASCADE, related_name="bounces", db_index=False)
    position = models.PositiveSmallIntegerField()
    original_message_id = models.TextField(blank=True, default="")  # of the letter that did not arrive
    recipient = models.CharField(max_length=320)
    recipient_key = models.CharField(max_length=320)
    action = models.CharField(max_length=10)  # failed, delayed, delivered, relayed, expanded
    status = models.CharField(max_length=16, blank=True, default="")  # such as 5.1.1 (RFC 3463)
    diagnostic = models.TextField(blank=True, default="")  # the other server's own words
    handled_at = models.DateTimeField(null=True)

    class Meta(TenantModel.Meta):
        abstract = False
        constraints = [
            *TenantModel.Meta.constraints,
            SameAccount(field="message", name="bouncereport_message_same_account"),
            models.UniqueConstraint(fields=["account", "message", "position"], name="bouncereport_once"),
        ]
        indexes = [
            models.Index(fields=["id"], condition=models.Q(handled_at__isnull=True), name="bouncereport_waiting")
        ]

    def __str__(self) -> str:
        return f"bounce report {self.pk}"
