"""Letters as kept: folders and places on the server, messages, threads, people, files, and the cards they show on.

Narrow rows for lists (Message, Thread), wide ones apart (MessageBody), so that a list never reads a body.
"""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership
from accounts.tenant_models import SameAccount, TenantForeignKey, TenantLeafModel, TenantModel, TenantPartModel
from crm.models import Contact
from mailboxes.models import Mailbox
from threads.querysets import CardLinkQuerySet, MessageQuerySet, RemovedLetterQuerySet, ThreadQuerySet


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

    class Meta(TenantModel.Meta):
        abstract = False
        constraints = [
            *TenantModel.Meta.constraints,
            SameAccount(field="mailbox", name="folder_mailbox_same_account"),
            models.UniqueConstraint(fields=["account", "mailbox", "role"], name="folder_once"),
        ]

    def __str__(self) -> str:
        return f"{self.role} of mailbox {self.mailbox_id}"


class Thread(TenantPartModel):
    """A conversation with one client in one mailbox (K30, K31). The counts spare lists from counting."""

    mailbox = TenantForeignKey(Mailbox, on_delete=models.CASCADE, related_name="threads", db_index=False)
    subject = models.TextField()  # as the newest letter writes it
    counterpart_address = models.CharField(max_length=320)  # the client, "" when there is none
    counterpart_key = models.CharField(max_length=320)
    counterpart_name = models.CharField(max_length=300, blank=True, default="")
    snippet = models.CharField(max_length=200, blank=True, default="")
    message_count = models.PositiveIntegerField(default=0)  # these four: without deleted letters
    incoming_count = models.PositiveIntegerField(default=0)
    outgoing_count = models.PositiveIntegerField(default=0)
    unread_count = models.PositiveIntegerField(default=0)
    deleted_count = models.PositiveIntegerField(default=0)
    has_attachments = models.BooleanField(default=False)
    last_message_at = models.DateTimeField()

    objects = ThreadQuerySet.as_manager()

    class Meta(TenantModel.Meta):
        abstract = False
        constraints = [
            *TenantModel.Meta.constraints,
            SameAccount(field="mailbox", name="thread_mailbox_same_account"),
        ]
        indexes = [
            models.Index(fields=["account", "-last_message_at", "-id"], name="thread_list"),
            models.Index(fields=["account", "mailbox", "-last_message_at", "-id"], name="thread_list_of_mailbox"),
            # The numbers beside Inbox and the mailboxes.
            models.Index(fields=["account", "mailbox"], condition=models.Q(unread_count__gt=0), name="thread_unread"),
        ]

    def __str__(self) -> str:
        return f"thread {self.pk}"


class Message(TenantPartModel):
    """One letter of one mailbox, however often it lies on the server."""

    class Direction(models.TextChoices):
        INCOMING = "incoming", _("Incoming")
        OUTGOING = "outgoing", _("Outgoing")

    class ThreadReason(models.TextChoices):
        """Why the letter is in its thread."""

        SUBJECT = "subject", _("Same client and same subject")
        REPLY = "reply", _("Answers a letter of this thread")
        FIRST = "first", _("First letter of the thread")
        ALONE = "alone", _("Grouping is switched off for this mailbox")

    mailbox = TenantForeignKey(Mailbox, on_delete=models.CASCADE, related_name="messages", db_index=False)
    thread = TenantForeignKey(Thread, on_delete=models.CASCADE, related_name="messages", db_index=False)
    thread_reason = models.CharField(max_length=7, choices=ThreadReason)
    identity = models.BinaryField(max_length=32)  # mailkit.mime_reader.identity_of
    # threads.grouping.group_key: SHA-256 of client and subject (K30). Not in Thread: a reply may change its subject.
    group_key = models.BinaryField(max_length=32)
    message_id_header = models.TextField(blank=True, default="")
    in_reply_to = models.TextField(blank=True, default="")
    reference_ids = ArrayField(models.TextField(), default=list)  # the References header
    direction = models.CharField(max_length=8, choices=Direction)
    subject = models.TextField(blank=True, default="")
    from_address = models.CharField(max_length=320, blank=True, default="")
    from_name = models.CharField(max_length=300, blank=True, default="")
    snippet = models.CharField(max_length=200, blank=True, default="")
    received_at = models.DateTimeField()  # INTERNALDATE: the order of letters
    sent_at = models.DateTimeField(null=True)  # the Date header: shown, never trusted for order
    size = models.PositiveBigIntegerField()  # bytes on the server
    is_ours = models.BooleanField(default=False)  # we sent it: in Sent it is known by its Message-ID alone
    is_read = models.BooleanField(default=False)
    on_server = models.BooleanField(default=True)
    has_attachments = models.BooleanField(default=False)
    deleted_at = models.DateTimeField(null=True)  # in the CRM only, never on the server (K60)
    deleted_by = TenantForeignKey(Membership, on_delete=models.SET_NULL, null=True, related_name="+")
    filed_at = models.DateTimeField(auto_now_add=True)

    objects = MessageQuerySet.as_manager()

    class Meta(TenantModel.Meta):
        abstract = False
        constraints = [
            *TenantModel.Meta.constraints,
            SameAccount(field="mailbox", name="message_mailbox_same_account"),
            SameAccount(field="thread", name="message_thread_same_account"),
            SameAccount(field="deleted_by", name="message_deleted_by_same_account"),
            # What makes filing exactly-once, and keeps deleted mail away (K60).
            models.UniqueConstraint(fields=["account", "mailbox", "identity"], name="message_once"),
        ]
        indexes = [
            models.Index(fields=["account", "thread", "received_at", "id"], name="message_of_thread"),
            models.Index(fields=["account", "-received_at", "-id"], name="message_list"),
            models.Index(fields=["account", "mailbox", "group_key", "id"], name="message_by_group"),  # filing
            # A reply finds the letter it answers; a letter found in Sent finds the one we sent.
            models.Index(fields=["account", "mailbox", "message_id_header"], name="message_by_message_id"),
            # A letter finds replies to it that were filed earlier.
            models.Index(fields=["account", "mailbox", "in_reply_to"], name="message_by_answered"),
            models.Index(
                fields=["account", "mailbox", "-deleted_at"],
                condition=models.Q(deleted_at__isnull=False),
                name="message_deleted",
            ),
        ]

    def __str__(self) -> str:
        return f"message {self.pk}"

    @property
    def body(self) -> MessageBody:
        """Without a query on messages that came by `for_reading`."""
        return self.bodies.all()[0]


class MessageBody(TenantLeafModel):
    """The wide part of a message. Mailbox and time stand here again because the search reads no other table."""

    message = TenantForeignKey(Message, on_delete=models.CASCADE, related_name="bodies", db_index=False)
    mailbox = TenantForeignKey(Mailbox, on_delete=models.CASCADE, related_name="+", db_index=False)
    received_at = models.DateTimeField()
    text = models.TextField(blank=True, default="")
    html = models.TextField(blank=True, default="")  # cleaned by mailkit.html_cleaner of `policy_version`
    policy_version = models.PositiveSmallIntegerField(default=0)
    has_remote_images = models.BooleanField(default=False)
    raw_name = models.CharField(max_length=200)  # in storage: the letter as received, attachment bodies replaced (K62)
    raw_is_whole = models.BooleanField(default=False)  # nothing is replaced in it: the server may lose it (R10)
    search = SearchVectorField(null=True, editable=False)

    class Meta(TenantLeafModel.Meta):
        abstract = False
        constraints = [
            *TenantLeafModel.Meta.constraints,
            SameAccount(field="message", name="messagebody_message_same_account"),
            SameAccount(field="mailbox", name="messagebody_mailbox_same_account"),
            models.UniqueConstraint(fields=["account", "message"], name="messagebody_once"),
        ]
        indexes = [
            GinIndex(OpClass("account_id", "int8_ops"), "search", name="messagebody_search"),
            models.Index(fields=["account", "-received_at", "-message"], name="messagebody_newest"),  # common words
        ]

    def __str__(self) -> str:
        return f"body of message {self.message_id}"


class MessageSearch(models.Model):
    """MessageBody as full-text search reads it: a view past the policy with the account condition inside."""

    message_id = models.BigIntegerField(primary_key=True)
    mailbox_id = models.BigIntegerField()
    received_at = models.DateTimeField()
    search = SearchVectorField()

    class Meta:
        managed = False
        db_table = "threads_message_search"

    def __str__(self) -> str:
        return f"search entry of message {self.message_id}"


class Participant(TenantLeafModel):
    """One address in a header of a letter."""

    class Role(models.TextChoices):
        FROM = "from", _("From")
        REPLY_TO = "reply_to", _("Reply To")
        TO = "to", _("To")
        CC = "cc", _("Cc")
        BCC = "bcc", _("Bcc")

    message = TenantForeignKey(Message, on_delete=models.CASCADE, related_name="participants", db_index=False)
    role = models.CharField(max_length=8, choices=Role)
    position = models.PositiveSmallIntegerField()
    email = models.CharField(max_length=320)
    email_key = models.CharField(max_length=320)
    name = models.CharField(max_length=300, blank=True, default="")

    class Meta(TenantLeafModel.Meta):
        abstract = False
        ordering = ["message_id", "role", "position"]
        constraints = [
            *TenantLeafModel.Meta.constraints,
            SameAccount(field="message", name="participant_message_same_account"),
            models.UniqueConstraint(fields=["account", "message", "role", "position"], name="participant_once"),
        ]
        indexes = [models.Index(fields=["account", "email_key", "message"], name="participant_by_address")]  # linking

    def __str__(self) -> str:
        return f"{self.role} of message {self.message_id}"


class Attachment(TenantLeafModel):
    """A file of a letter. Its bytes stay on the mail server and are fetched when it is opened, unless the mailbox keeps
    copies (K62)."""

    message = TenantForeignKey(Message, on_delete=models.CASCADE, related_name="attachments", db_index=False)
    section = models.CharField(max_length=110)  # IMAP part number: 50 levels deep at most
    filename = models.CharField(max_length=500)
    content_type = models.CharField(max_length=127)
    size = models.PositiveBigIntegerField()  # bytes, decoded
    content_id = models.CharField(max_length=500, blank=True, default="")
    is_inline = models.BooleanField(default=False)
    stored_name = models.CharField(max_length=200, blank=True, default="")  # our copy in storage, see attachment_store

    class Meta(TenantLeafModel.Meta):
        abstract = False
        ordering = ["message_id", "id"]
        constraints = [
            *TenantLeafModel.Meta.constraints,
            SameAccount(field="message", name="attachment_message_same_account"),
            models.UniqueConstraint(fields=["account", "message", "section"], name="attachment_once"),
        ]

    def __str__(self) -> str:
        return f"attachment {self.pk}"


class FolderEntry(TenantPartModel):
    """A place on the server, and what became of the letter there. Rows of a folder are its ledger (G13)."""

    class Outcome(models.TextChoices):
        IMPORTED = "imported"
        OLDER = "older"  # outside the window of the first import
        GONE = "gone"  # expunged before we could fetch it
        FAILED = "failed"  # could not be parsed or stored: see QuarantinedLetter
        FILTERED = "filtered"  # from or to an address that this mailbox never stores (A08)
        INTERNAL = "internal"  # among colleagues, and this mailbox does not store such letters (A08)
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


class CardLink(TenantLeafModel):
    """A letter that shows on the card of a contact, because an address of his takes part (R08, K14)."""

    contact = TenantForeignKey(Contact, on_delete=models.CASCADE, related_name="mail", db_index=False)
    message = TenantForeignKey(Message, on_delete=models.CASCADE, related_name="cards", db_index=False)
    received_at = models.DateTimeField()  # the message's, so that a card reads one index

    objects = CardLinkQuerySet.as_manager()

    class Meta(TenantLeafModel.Meta):
        abstract = False
        constraints = [
            *TenantLeafModel.Meta.constraints,
            SameAccount(field="contact", name="cardlink_contact_same_account"),
            SameAccount(field="message", name="cardlink_message_same_account"),
            models.UniqueConstraint(fields=["account", "contact", "message"], name="cardlink_once"),
        ]
        indexes = [
            models.Index(fields=["account", "contact", "-received_at", "-message"], name="cardlink_card"),
            models.Index(fields=["account", "message"], name="cardlink_of_message"),
        ]

    def __str__(self) -> str:
        return f"message {self.message_id} on the card of contact {self.contact_id}"


class RemovedMailbox(TenantModel):
    """A mailbox whose letters were deleted when it was disconnected (K64): who could see them."""

    address = models.CharField(max_length=320)
    seen_by = ArrayField(models.BigIntegerField(), default=list)  # ids of memberships
    removed_at = models.DateTimeField(auto_now_add=True)

    class Meta(TenantModel.Meta):
        abstract = False

    def __str__(self) -> str:
        return f"removed mailbox {self.pk}"


class RemovedLetter(TenantModel):
    """What stays of a deleted letter on a card: that there was one (K64)."""

    mailbox = TenantForeignKey(RemovedMailbox, on_delete=models.CASCADE, related_name="letters")
    contact = TenantForeignKey(Contact, on_delete=models.CASCADE, related_name="removed_mail")
    direction = models.CharField(max_length=8, choices=Message.Direction)
    received_at = models.DateTimeField()

    objects = RemovedLetterQuerySet.as_manager()

    class Meta(TenantModel.Meta):
        abstract = False
        constraints = [
            *TenantModel.Meta.constraints,
            SameAccount(field="mailbox", name="removedletter_mailbox_same_account"),
            SameAccount(field="contact", name="removedletter_contact_same_account"),
        ]
        indexes = [models.Index(fields=["account", "contact", "-received_at", "-id"], name="removedletter_card")]

    def __str__(self) -> str:
        return f"removed letter {self.pk}"
