"""Threads and messages with their people and files.

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
from mailboxes.models import Mailbox
from threads.querysets import MessageQuerySet, ThreadQuerySet


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
    is_waiting = models.BooleanField(db_default=False)  # the newest letter of a person came in: an answer is due
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
            # The filter "Waiting".
            models.Index(
                fields=["account", "-last_message_at", "-id"],
                condition=models.Q(is_waiting=True),
                name="thread_waiting",
            ),
            # The filter "With files", where few have any; the others cost filing nothing.
            models.Index(
                fields=["account", "-last_message_at", "-id"],
                condition=models.Q(has_attachments=True),
                name="thread_with_files",
            ),
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
        MANUAL = "manual", _("Put here by hand")

    mailbox = TenantForeignKey(Mailbox, on_delete=models.CASCADE, related_name="messages", db_index=False)
    thread = TenantForeignKey(Thread, on_delete=models.CASCADE, related_name="messages", db_index=False)
    thread_reason = models.CharField(max_length=7, choices=ThreadReason)
    identity = models.BinaryField(max_length=32)  # mailkit.mime_reader.identity_of
    # Letters that were merged or split by hand: equal numbers stay together, whatever the rules say (G01).
    manual_group = models.BigIntegerField(null=True)
    client_key = models.CharField(max_length=320, default="")  # its own client's: a merged thread may hold several
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
    # A program wrote it, so it answers nothing: of what came in, a program's answer or a report; of what went out, what
    # a rule or a vacation program sent. Not known of what was filed before there was this column.
    is_automatic = models.BooleanField(db_default=False)
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
    is_cut = models.BooleanField(db_default=False)  # too long: `text` and `html` are its beginning
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
        indexes = [
            # Purging asks whether another letter has the same file.
            models.Index(
                fields=["account", "stored_name"], condition=~models.Q(stored_name=""), name="attachment_stored"
            ),
        ]

    def __str__(self) -> str:
        return f"attachment {self.pk}"


class CalendarEvent(TenantLeafModel):
    """An event that a letter brings: an invitation, a change of it, a cancellation (RFC 5545, RFC 5546)."""

    message = TenantForeignKey(Message, on_delete=models.CASCADE, related_name="events", db_index=False)
    position = models.PositiveSmallIntegerField()
    method = models.CharField(max_length=20, blank=True, default="")  # REQUEST, CANCEL, REPLY, PUBLISH ...
    uid = models.CharField(max_length=500, blank=True, default="")
    sequence = models.PositiveIntegerField(default=0)
    summary = models.CharField(max_length=500, blank=True, default="")
    location = models.CharField(max_length=500, blank=True, default="")
    organizer_address = models.CharField(max_length=320, blank=True, default="")
    organizer_name = models.CharField(max_length=300, blank=True, default="")
    starts_at = models.DateTimeField(null=True)  # of a whole day: midnight UTC
    ends_at = models.DateTimeField(null=True)
    is_all_day = models.BooleanField(default=False)
    is_repeating = models.BooleanField(default=False)
    status = models.CharField(max_length=20, blank=True, default="")

    class Meta(TenantLeafModel.Meta):
        abstract = False
        ordering = ["message_id", "position"]
        constraints = [
            *TenantLeafModel.Meta.constraints,
            SameAccount(field="message", name="calendarevent_message_same_account"),
            models.UniqueConstraint(fields=["account", "message", "position"], name="calendarevent_once"),
        ]

    def __str__(self) -> str:
        return f"event {self.position} of message {self.message_id}"
