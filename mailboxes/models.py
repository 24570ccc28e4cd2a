"""Mailboxes, their servers, their health and their secrets."""

from __future__ import annotations

from typing import Any, NamedTuple

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Group, Membership
from accounts.tenant_models import SameAccount, TenantForeignKey, TenantModel
from crm.models import Store
from mailboxes.querysets import MailboxQuerySet

STOPPED = ("paused", "disconnected", "removing")  # of Mailbox.State: by a person's word, until another one


class Fault(NamedTuple):
    """What is wrong with a mailbox; both empty when nothing is."""

    code: str  # see mailboxes.advice
    detail: str  # the server's own words


class Mailbox(TenantModel):
    """A mail address that the account reads and writes with."""

    class Kind(models.TextChoices):
        PERSONAL = "personal", _("Personal")
        SHARED = "shared", _("Shared")
        SYSTEM = "system", _("Smart addresses")  # one an account, with no server of its own (K40)

        @classmethod
        def connectable(cls) -> list[tuple[str, Any]]:
            """What people can choose (K04)."""
            return [choice for choice in cls.choices if choice[0] != cls.SYSTEM]

    class Status(models.TextChoices):
        """What the last check of the servers found (M04)."""

        GREEN = "green", _("Works")
        GRAY = "gray", _("Send only")
        RED = "red", _("Cannot connect")

    class State(models.TextChoices):
        """What is being done with it."""

        IMPORTING = "importing", _("Importing")
        SYNCED = "synced", _("Synced")
        SYNCING = "syncing", _("Syncing")
        NEEDS_LOGIN = "needs_login", _("Needs sign-in")
        ERROR = "error", _("Error")
        PAUSED = "paused", _("Paused")
        DISCONNECTED = "disconnected", _("Disconnected")
        REMOVING = "removing", _("Being deleted")

    class SignIn(models.TextChoices):
        PASSWORD = "password", _("Password")
        OAUTH2 = "oauth2", _("Sign-in at the provider")

    class Unmatched(models.TextChoices):
        """What becomes of mail that concerns no card (R12)."""

        STORE = "store", _("Store it")
        SKIP = "skip", _("Leave it on the mail server")

    class FirstImport(models.TextChoices):
        """What is fetched when the mailbox is connected (K10). The rest can be loaded later."""

        RECENT = "recent", _("The newest letters")
        ALL = "all", _("Everything")
        NEW = "new", _("Only new letters from now on")

    class Security(models.TextChoices):
        TLS = "tls", "TLS"
        STARTTLS = "starttls", "STARTTLS"
        NONE = "none", pgettext_lazy("encryption", "None")

    address = models.CharField(_("email address"), max_length=320)
    address_key = models.CharField(max_length=320)  # mailkit.addresses.email_key
    display_name = models.CharField(_("name shown to recipients"), max_length=150, blank=True, default="")
    kind = models.CharField(_("kind"), max_length=8, choices=Kind)
    owner = TenantForeignKey(Membership, on_delete=models.PROTECT, null=True, related_name="mailboxes")  # personal only
    shared_with_admins = models.BooleanField(default=False)  # K24, personal only

    imap_host = models.CharField(max_length=253, blank=True, default="")  # empty: send only
    imap_port = models.PositiveIntegerField(default=993)
    imap_security = models.CharField(max_length=8, choices=Security, default=Security.TLS)
    imap_username = models.CharField(max_length=320, blank=True, default="")
    smtp_host = models.CharField(max_length=253)
    smtp_port = models.PositiveIntegerField(default=465)
    smtp_security = models.CharField(max_length=8, choices=Security, default=Security.TLS)
    smtp_username = models.CharField(max_length=320)
    sign_in = models.CharField(max_length=8, choices=SignIn, default=SignIn.PASSWORD)
    oauth_provider = models.CharField(max_length=16, blank=True, default="")  # a key of mailkit.oauth, with OAUTH2

    status = models.CharField(max_length=5, choices=Status, default=Status.GREEN)
    state = models.CharField(max_length=12, choices=State, default=State.IMPORTING)
    # What the last visit found, and what sending found, apart from each other: see `fault`.
    error_code = models.CharField(max_length=32, blank=True, default="")  # see mailboxes.advice
    error_detail = models.TextField(blank=True, default="")  # the server's own words
    smtp_error_code = models.CharField(max_length=32, blank=True, default="")  # cleared by a sign-in that works
    smtp_error_detail = models.TextField(blank=True, default="")
    import_total = models.PositiveIntegerField(default=0)
    import_done = models.PositiveIntegerField(default=0)
    import_older = models.PositiveIntegerField(default=0)  # letters on the server that are not loaded as older, K10
    imported_at = models.DateTimeField(null=True)

    # What is read, and what is kept of it.
    first_import = models.CharField(_("first import"), max_length=6, choices=FirstImport, default=FirstImport.RECENT)
    load_older = models.BooleanField(_("load older mail"), default=False)  # A04
    push = models.BooleanField(_("push"), default=True)  # A06
    store_internal = models.BooleanField(_("store letters between colleagues"), default=True)  # A08
    collector = models.BooleanField(_("collects mail of other addresses"), default=False)  # K15
    keep_attachments = models.BooleanField(_("keep a copy of attachments"), default=False)  # K62
    delete_after_upload = models.BooleanField(_("delete uploaded messages"), default=False)  # R10
    sent_folder = models.CharField(max_length=1000, blank=True, default="")  # chosen by a person; "": found, K13
    sent_choices = ArrayField(models.CharField(max_length=1000), default=list)  # where several may be it, K13

    unmatched = models.CharField(
        _("mail of people without a card"), max_length=5, choices=Unmatched, default=Unmatched.STORE
    )
    create_contacts = models.BooleanField(_("create customer if not found"), default=False)  # R12
    contacts_only = models.BooleanField(_("create the contact only"), default=False)  # R12: no customer of it
    manager_group = TenantForeignKey(Group, on_delete=models.SET_NULL, null=True, related_name="+")  # R13
    notify_manager = models.BooleanField(_("notify manager"), default=False)  # R11, R14
    create_lead_on_reply = models.BooleanField(_("create a lead when we reply to a client"), default=False)  # E01
    lead_responsible = TenantForeignKey(
        Membership, on_delete=models.SET_NULL, null=True, related_name="+"
    )  # or who replied
    custom_values = models.JSONField(default=dict, blank=True)  # by number of CustomField (R03)
    # Letters written in this mailbox go out through that one (R07); null: through its own servers.
    outgoing_mailbox = TenantForeignKey("self", on_delete=models.SET_NULL, null=True, related_name="+")
    store = TenantForeignKey(Store, on_delete=models.SET_NULL, null=True, related_name="mailboxes")  # R09

    group_messages = models.BooleanField(_("group messages into threads"), default=True)  # K33
    needs_regrouping = models.BooleanField(default=False)  # group_messages was changed, threads are not yet
    signature = models.TextField(_("signature"), blank=True, default="")
    track_opens = models.BooleanField(_("see when letters are opened"), null=True)  # null: as the account
    track_links = models.BooleanField(_("see when links are followed"), null=True)
    is_account_default = models.BooleanField(default=False)  # sends where nobody else does, M41
    daily_limit = models.PositiveIntegerField(_("letters a day"), null=True)  # M91; null or 0: that of the settings
    letters_per_minute = models.PositiveSmallIntegerField(_("letters a minute"), null=True)  # M20; the same
    interval_minutes = models.PositiveSmallIntegerField(_("check every, minutes"), default=15)

    # The schedule: claimed rows, see sync.schedule. `lease_token` fences off a worker whose lease ran out.
    next_sync_at = models.DateTimeField(null=True)  # null: not to be synced
    last_synced_at = models.DateTimeField(null=True)
    failure_count = models.PositiveSmallIntegerField(default=0)
    refusal_count = models.PositiveSmallIntegerField(default=0)  # of them, sign-ins refused in a row
    failing_since = models.DateTimeField(null=True)  # the first of these failures
    crash_count = models.PositiveSmallIntegerField(default=0)  # visits in a row that broke: see leases
    history_due_at = models.DateTimeField(null=True)  # when older mail is loaded next; null: nothing to load
    budget_day = models.DateField(null=True)  # the day that `budget_bytes` were fetched on
    budget_bytes = models.PositiveBigIntegerField(default=0)
    lease_token = models.UUIDField(null=True)
    lease_until = models.DateTimeField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = MailboxQuerySet.as_manager()

    class Meta(TenantModel.Meta):
        abstract = False
        verbose_name = _("mailbox")
        constraints = [
            *TenantModel.Meta.constraints,
            SameAccount(field="owner", name="mailbox_owner_same_account"),
            SameAccount(field="outgoing_mailbox", name="mailbox_outgoing_same_account"),
            SameAccount(field="store", name="mailbox_store_same_account"),
            SameAccount(field="manager_group", name="mailbox_manager_group_same_account"),
            SameAccount(field="lead_responsible", name="mailbox_lead_responsible_same_account"),
            models.UniqueConstraint(
                fields=["account"], condition=models.Q(kind="system"), name="mailbox_one_of_smart_addresses"
            ),
            models.UniqueConstraint(fields=["account", "address_key"], name="mailbox_address_once"),
            models.UniqueConstraint(
                fields=["account"], condition=models.Q(is_account_default=True), name="mailbox_one_default"
            ),
            models.CheckConstraint(
                condition=models.Q(kind="personal", owner__isnull=False)
                | models.Q(kind__in=["shared", "system"], owner__isnull=True, shared_with_admins=False),
                name="mailbox_owner_fits_kind",
            ),
        ]
        indexes = [
            # The sweeps over all accounts.
            models.Index(fields=["next_sync_at"], name="mailbox_due"),
            models.Index(
                fields=["history_due_at"],
                condition=models.Q(history_due_at__isnull=False),
                name="mailbox_history_due",
            ),
            # Visits that outlived their lease, and how many a provider has at the moment.
            models.Index(fields=["lease_until"], condition=models.Q(lease_until__isnull=False), name="mailbox_leased"),
        ]

    def __str__(self) -> str:
        return f"mailbox {self.pk}"

    @property
    def can_receive(self) -> bool:
        return bool(self.imap_host)

    @property
    def imap_account(self) -> str:
        """Whose UIDs its folders hold: two servers may well use the same UIDVALIDITY."""
        return f"{self.imap_host.lower()} {self.imap_username}"

    @property
    def fault(self) -> Fault:
        """What people are told of: a sign-in for sending that needs them, unless letters cannot be read either."""
        is_unread = self.state in (Mailbox.State.NEEDS_LOGIN, Mailbox.State.ERROR)
        if self.smtp_error_code and not (is_unread and self.error_code):
            return Fault(self.smtp_error_code, self.smtp_error_detail)
        return Fault(self.error_code, self.error_detail)

    @property
    def is_stopped(self) -> bool:
        """Nothing is fetched and nothing is sent: see mailboxes.disconnecting."""
        return self.state in STOPPED


class MailboxAccess(TenantModel):
    """A shared mailbox that a member uses whose "Mail" tick is narrowed to chosen ones (K21)."""

    membership = TenantForeignKey(Membership, on_delete=models.CASCADE, related_name="mail_access")
    mailbox = TenantForeignKey(Mailbox, on_delete=models.CASCADE, related_name="+")

    class Meta(TenantModel.Meta):
        abstract = False
        constraints = [
            *TenantModel.Meta.constraints,
            SameAccount(field="membership", name="mailboxaccess_membership_same_account"),
            SameAccount(field="mailbox", name="mailboxaccess_mailbox_same_account"),
            models.UniqueConstraint(fields=["account", "membership", "mailbox"], name="mailboxaccess_once"),
        ]
        indexes = [models.Index(fields=["account", "mailbox"], name="mailboxaccess_by_mailbox")]

    def __str__(self) -> str:
        return f"access of member {self.membership_id} to mailbox {self.mailbox_id}"


class MailboxFilter(TenantModel):
    """Mail from or to it is never stored (A08)."""

    class Kind(models.TextChoices):
        ADDRESS = "address", _("Address")
        DOMAIN = "domain", _("Domain")

    mailbox = TenantForeignKey(Mailbox, on_delete=models.CASCADE, related_name="filters")
    kind = models.CharField(max_length=7, choices=Kind)
    value = models.CharField(max_length=320)  # an email_key or a domain in lower case; sub-domains are meant too

    class Meta(TenantModel.Meta):
        abstract = False
        ordering = ["kind", "value"]
        constraints = [
            *TenantModel.Meta.constraints,
            SameAccount(field="mailbox", name="mailboxfilter_mailbox_same_account"),
            models.UniqueConstraint(fields=["account", "mailbox", "kind", "value"], name="mailboxfilter_once"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} filter {self.pk}"


class SenderAlias(TenantModel):
    """Another address that letters of a mailbox may come from, once its owner opened the link mailed to it (R16)."""

    mailbox = TenantForeignKey(Mailbox, on_delete=models.CASCADE, related_name="aliases")
    address = models.CharField(max_length=320)
    address_key = models.CharField(max_length=320)  # mailkit.addresses.email_key
    name = models.CharField(max_length=150, blank=True, default="")
    digest = models.CharField(max_length=64, unique=True)  # of the link's token; unique over all accounts: it is random
    requested_by = TenantForeignKey(Membership, on_delete=models.CASCADE, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()  # of the link
    confirmed_at = models.DateTimeField(null=True)

    class Meta(TenantModel.Meta):
        abstract = False
        constraints = [
            *TenantModel.Meta.constraints,
            SameAccount(field="mailbox", name="senderalias_mailbox_same_account"),
            SameAccount(field="requested_by", name="senderalias_requested_by_same_account"),
            models.UniqueConstraint(fields=["account", "mailbox", "address_key"], name="senderalias_once"),
        ]

    def __str__(self) -> str:
        return f"sender alias {self.pk}"


class Credential(TenantModel):
    """One encrypted secret of a mailbox. The key is not in the database (docs/adr/0006)."""

    class Field(models.TextChoices):
        IMAP_PASSWORD = "imap_password"  # noqa: S105  (a name, not a password)
        SMTP_PASSWORD = "smtp_password"  # noqa: S105
        OAUTH_REFRESH = "oauth_refresh"
        OAUTH_ACCESS = "oauth_access"

    mailbox = TenantForeignKey(Mailbox, on_delete=models.CASCADE, related_name="credentials")
    field = models.CharField(max_length=16, choices=Field)
    ciphertext = models.TextField()  # "key id:nonce:ciphertext", see mailboxes.secrets
    changed_at = models.DateTimeField(auto_now=True)
    expires_at = models.DateTimeField(null=True)  # of an access token

    class Meta(TenantModel.Meta):
        abstract = False
        constraints = [
            *TenantModel.Meta.constraints,
            SameAccount(field="mailbox", name="credential_mailbox_same_account"),
            models.UniqueConstraint(fields=["account", "mailbox", "field"], name="credential_once"),
        ]

    def __str__(self) -> str:
        return f"{self.field} of mailbox {self.mailbox_id}"


class OAuthAttempt(TenantModel):
    """Somebody was sent to a provider's page to sign in. It ends when they come back, or after a while (K03)."""

    membership = TenantForeignKey(Membership, on_delete=models.CASCADE, related_name="+")
    mailbox = TenantForeignKey(Mailbox, on_delete=models.CASCADE, null=True, related_name="+")  # one to reconnect
    provider = models.CharField(max_length=16)
    digest = models.CharField(max_length=64, unique=True)  # of the state; unique over all accounts: it is random
    verifier = models.TextField()  # of PKCE, sealed like a credential
    request = models.JSONField(default=dict)  # what was chosen before: kind, owner, first import; no secret
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta(TenantModel.Meta):
        abstract = False
        constraints = [
            *TenantModel.Meta.constraints,
            SameAccount(field="membership", name="oauthattempt_membership_same_account"),
            SameAccount(field="mailbox", name="oauthattempt_mailbox_same_account"),
        ]
        indexes = [models.Index(fields=["created_at"], name="oauthattempt_old")]

    def __str__(self) -> str:
        return f"sign-in {self.pk} at {self.provider}"
