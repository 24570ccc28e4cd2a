"""Letters on their way out. The queue of record is these rows; the broker only wakes workers (docs/adr/0005).

    queued ──claim──> sending ──server said 250──────────────> sent
      ^                  │ ├── temporary error ─────> retry ──┘ (claimed again when its time comes)
      │                  │ ├── permanent error ─────> failed
      │                  │ ├── login refused ───────> held
      │                  │ └── died or cut after DATA was accepted ──> unknown ──found in Sent──> sent
      └── worker died before DATA (lease ran out)
    queued, retry, held, failed, unknown ──> canceled     failed, unknown ──> queued (both by a person only)
    queued, retry ──> held (the mailbox needs a sign-in) ──> queued (it has one), failed (nobody mended it)
    queued, retry ──> failed (the author may not send any more since it was claimed)
    held, queued, retry ──> sent (instead of failed, when an earlier attempt had reached some recipients)

Every change is a compare-and-set on state and lease token: see outbox.states.
"""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Membership
from accounts.tenant_models import SameAccount, TenantForeignKey, TenantModel
from crm.models import Contact, Lead
from letter_templates.models import Template
from mailboxes.models import Mailbox, SenderAlias
from outbox.models.uploads import Upload
from outbox.querysets import UNDELIVERED, OutgoingMailQuerySet
from threads.models import Message, Thread
from tracking.models import Tracked


class OutgoingMail(TenantModel):
    """One letter to be sent, and what became of it."""

    class State(models.TextChoices):
        QUEUED = "queued", _("Queued")
        SENDING = "sending", _("Sending")
        SENT = "sent", pgettext_lazy("letter", "Sent")
        RETRY = "retry", _("Will be tried again")
        FAILED = "failed", _("Failed")
        UNKNOWN = "unknown", _("Unknown")
        HELD = "held", _("Held")
        CANCELED = "canceled", _("Canceled")

    class SentCopy(models.TextChoices):
        """The copy in the server's Sent folder (M93)."""

        PENDING = "pending"
        DONE = "done"
        FAILED = "failed"  # does not fail the letter
        NONE = "none"  # send-only mailbox: there is no Sent folder

    mailbox = TenantForeignKey(Mailbox, on_delete=models.CASCADE, related_name="outgoing")
    # Where it was written, when it goes out through another mailbox (R07): answers shall come there.
    answers_to = TenantForeignKey(Mailbox, on_delete=models.SET_NULL, null=True, related_name="+")
    author = TenantForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=8, choices=State, default=State.QUEUED)

    class Priority(models.IntegerChoices):
        """Letters of people go before all that a mailbox has still to send, those of rules before mailings (M20)."""

        SINGLE = 0
        RULE = 5
        BULK = 10

    alias = TenantForeignKey(SenderAlias, on_delete=models.SET_NULL, null=True, related_name="+")  # From, R16
    priority = models.PositiveSmallIntegerField(choices=Priority, default=Priority.SINGLE)
    subject = models.TextField(blank=True, default="")
    text = models.TextField(blank=True, default="")
    html = models.TextField(blank=True, default="")
    # The letter answered or forwarded, as it stands below. Apart: what strangers wrote is never taken for merge fields.
    quote_text = models.TextField(blank=True, default="")
    quote_html = models.TextField(blank=True, default="")
    has_fields = models.BooleanField(default=False)  # subject, text and html are filled in when the letter is made
    with_signature = models.BooleanField(default=True)
    template = TenantForeignKey(Template, on_delete=models.SET_NULL, null=True, related_name="+")
    attachment_url = models.TextField(blank=True, default="")  # files by link, fetched when the letter is made (M46)
    contact = TenantForeignKey(Contact, on_delete=models.SET_NULL, null=True, related_name="+")  # whose fields
    lead = TenantForeignKey(Lead, on_delete=models.SET_NULL, null=True, related_name="+")
    # Each state writes every index: foreign keys of which `indexes` below has one have none of their own.
    reply_to_message = TenantForeignKey(Message, on_delete=models.SET_NULL, null=True, related_name="+", db_index=False)
    forward_message = TenantForeignKey(Message, on_delete=models.SET_NULL, null=True, related_name="+", db_index=False)
    # Where it is filed once it is sent.
    thread = TenantForeignKey(Thread, on_delete=models.SET_NULL, null=True, related_name="outgoing", db_index=False)
    message = TenantForeignKey(Message, on_delete=models.SET_NULL, null=True, related_name="outgoing", db_index=False)

    message_id_header = models.CharField(max_length=255)  # given when queued, the same on every attempt
    # The final bytes in storage, written before connecting; "" again once a copy lies in the server's Sent folder.
    raw_name = models.CharField(max_length=200, blank=True, default="")
    due_at = models.DateTimeField()  # undo, send later, retry: not before this time; held: given up then
    attempts = models.PositiveSmallIntegerField(default=0)
    lease_token = models.UUIDField(null=True)
    lease_until = models.DateTimeField(null=True)
    data_accepted_at = models.DateTimeField(null=True)  # the server said 354: from here on the outcome may be unknown
    sent_at = models.DateTimeField(null=True)
    error_code = models.CharField(max_length=32, blank=True, default="")
    error_detail = models.TextField(blank=True, default="")  # the server's own words
    sent_copy = models.CharField(max_length=7, choices=SentCopy, default=SentCopy.PENDING)
    # When to look into the server's Sent folder next: to put the copy there, or to learn an unknown outcome.
    sent_check_at = models.DateTimeField(null=True)
    triggers = models.JSONField(default=dict)  # see letter_templates.trigger_choice
    told_at = models.DateTimeField(null=True)  # with triggers: the rooms above know how it ended
    track_opens = models.BooleanField(default=False)
    track_links = models.BooleanField(default=False)
    # Once it is made.
    tracked = TenantForeignKey(Tracked, on_delete=models.SET_NULL, null=True, related_name="+", db_index=False)
    is_test = models.BooleanField(default=False)  # goes to its author with a client's values: nothing in it acts
    is_automatic = models.BooleanField(default=False)  # a rule of the account sends it (RFC 3834)
    depth = models.PositiveSmallIntegerField(default=0)  # letters of triggers that led to it, itself among them (M98)
    mailing = TenantForeignKey(
        "outbox.Mailing", on_delete=models.SET_NULL, null=True, related_name="letters", db_index=False
    )
    created_at = models.DateTimeField(auto_now_add=True)

    objects = OutgoingMailQuerySet.as_manager()

    class Meta(TenantModel.Meta):
        abstract = False
        constraints = [
            *TenantModel.Meta.constraints,
            SameAccount(field="mailbox", name="outgoingmail_mailbox_same_account"),
            SameAccount(field="answers_to", name="outgoingmail_answers_to_same_account"),
            SameAccount(field="author", name="outgoingmail_author_same_account"),
            SameAccount(field="alias", name="outgoingmail_alias_same_account"),
            SameAccount(field="template", name="outgoingmail_template_same_account"),
            SameAccount(field="contact", name="outgoingmail_contact_same_account"),
            SameAccount(field="lead", name="outgoingmail_lead_same_account"),
            SameAccount(field="reply_to_message", name="outgoingmail_reply_to_same_account"),
            SameAccount(field="forward_message", name="outgoingmail_forward_same_account"),
            SameAccount(field="thread", name="outgoingmail_thread_same_account"),
            SameAccount(field="message", name="outgoingmail_message_same_account"),
            SameAccount(field="tracked", name="outgoingmail_tracked_same_account"),
            SameAccount(field="mailing", name="outgoingmail_mailing_same_account"),
            models.UniqueConstraint(fields=["account", "message_id_header"], name="outgoingmail_message_id_once"),
            # One letter at a time from a mailbox: the second claim fails, whichever worker makes it.
            models.UniqueConstraint(
                fields=["account", "mailbox"],
                condition=models.Q(state="sending"),
                name="outgoingmail_one_at_a_time",
            ),
        ]
        indexes = [
            models.Index(fields=["account", "-created_at", "-id"], name="outgoingmail_list"),
            models.Index(fields=["account", "thread"], name="outgoingmail_of_thread"),
            # Deleting letters of a mailbox that was given up looks for what refers to each (K64).
            models.Index(
                fields=["account", "message"],
                condition=models.Q(message__isnull=False),
                name="outgoingmail_of_message",
            ),
            models.Index(
                fields=["account", "reply_to_message"],
                condition=models.Q(reply_to_message__isnull=False),
                name="outgoingmail_answering",
            ),
            models.Index(
                fields=["account", "forward_message"],
                condition=models.Q(forward_message__isnull=False),
                name="outgoingmail_forwarding",
            ),
            models.Index(
                fields=["account", "tracked"], condition=models.Q(tracked__isnull=False), name="outgoingmail_of_tracked"
            ),
            models.Index(
                fields=["account", "mailing", "state"],
                condition=models.Q(mailing__isnull=False),
                name="outgoingmail_of_mailing",
            ),
            # How many letters rules have sent to somebody of late (M98).
            models.Index(
                fields=["account", "contact", "-created_at"],
                condition=models.Q(is_automatic=True),
                name="outgoingmail_automatic",
            ),
            # The sweep: what has triggers and has ended.
            models.Index(
                fields=["created_at"],
                condition=models.Q(told_at__isnull=True, state__in=["sent", "failed"]) & ~models.Q(triggers={}),
                name="outgoingmail_to_tell",
            ),
            # The outbox folder, and its count on every page of mail.
            models.Index(
                fields=["account", "-created_at", "-id"],
                condition=models.Q(state__in=UNDELIVERED),
                name="outgoingmail_undelivered",
            ),
            # The history of those that were taken back: few among many (M96).
            models.Index(
                fields=["account", "-created_at", "-id"],
                condition=models.Q(state="canceled"),
                name="outgoingmail_canceled",
            ),
            # The sweep over all accounts: what is due, what a dead worker left behind, what has to be looked up.
            models.Index(
                fields=["due_at"],
                condition=models.Q(state__in=["queued", "retry", "sending", "held"]),
                name="outgoingmail_due",
            ),
            # The next letter of a mailbox, however many wait.
            models.Index(
                fields=["account", "mailbox", "priority", "due_at", "id"],
                condition=models.Q(state__in=["queued", "retry"]),
                name="outgoingmail_queue",
            ),
            models.Index(
                fields=["sent_check_at"],
                condition=models.Q(sent_check_at__isnull=False),
                name="outgoingmail_sent_check",
            ),
        ]

    def __str__(self) -> str:
        return f"outgoing mail {self.pk}"


class OutgoingRecipient(TenantModel):
    """One recipient of a letter, with what the server said about it."""

    class Kind(models.TextChoices):
        TO = "to"
        CC = "cc"
        BCC = "bcc"

    class State(models.TextChoices):
        WAITING = "waiting"
        ACCEPTED = "accepted"
        REFUSED = "refused"
        BOUNCED = "bounced"  # accepted, and came back later (RFC 3464)

    mail = TenantForeignKey(OutgoingMail, on_delete=models.CASCADE, related_name="recipients")
    kind = models.CharField(max_length=3, choices=Kind)
    position = models.PositiveSmallIntegerField()
    address = models.CharField(max_length=320)
    name = models.CharField(max_length=300, blank=True, default="")
    state = models.CharField(max_length=8, choices=State, default=State.WAITING)
    error = models.TextField(blank=True, default="")

    class Meta(TenantModel.Meta):
        abstract = False
        ordering = ["mail_id", "position"]
        constraints = [
            *TenantModel.Meta.constraints,
            SameAccount(field="mail", name="outgoingrecipient_mail_same_account"),
            models.UniqueConstraint(fields=["account", "mail", "kind", "position"], name="outgoingrecipient_once"),
        ]
        indexes = [
            # A contact's card shows the letters that did not reach him.
            models.Index(
                models.F("account"),
                Lower("address"),
                condition=models.Q(state__in=["refused", "bounced"]),
                name="outgoingrecipient_not_reached",
            ),
        ]

    def __str__(self) -> str:
        return f"recipient {self.pk}"


class OutgoingAttachment(TenantModel):
    """An upload that goes out with a letter."""

    mail = TenantForeignKey(OutgoingMail, on_delete=models.CASCADE, related_name="attachments")
    upload = TenantForeignKey(Upload, on_delete=models.PROTECT, related_name="+")
    position = models.PositiveSmallIntegerField()
    content_id = models.CharField(max_length=100, blank=True, default="")  # of an image that stands in the text

    class Meta(TenantModel.Meta):
        abstract = False
        ordering = ["mail_id", "position"]
        constraints = [
            *TenantModel.Meta.constraints,
            SameAccount(field="mail", name="outgoingattachment_mail_same_account"),
            SameAccount(field="upload", name="outgoingattachment_upload_same_account"),
            models.UniqueConstraint(fields=["account", "mail", "position"], name="outgoingattachment_once"),
        ]
        indexes = [models.Index(fields=["account", "upload"], name="outgoingattachment_of_upload")]

    def __str__(self) -> str:
        return f"attachment {self.position} of mail {self.mail_id}"
