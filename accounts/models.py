"""Accounts (tenants), their people, what these may use, and what is written down about them."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from accounts.tenant_models import SameAccount, TenantForeignKey, TenantModel


class Account(models.Model):
    """The tenant itself: not a tenant table."""

    class SmartSenders(models.TextChoices):
        ANYONE = "anyone", _("Anyone")
        USERS = "users", _("Users of the account")
        ALLOWED = "allowed", _("Users and those on the list")

    name = models.CharField(_("name"), max_length=100)
    slug = models.SlugField(max_length=63, unique=True)  # a label of the smart addresses' domain
    timezone = models.CharField(_("time zone"), max_length=64, default="UTC")
    language = models.CharField(_("language"), max_length=8, default="en")
    collecting_limit = models.PositiveSmallIntegerField(_("collecting mailboxes"), default=10)  # R01; 0: none
    last_number = models.PositiveBigIntegerField(default=0)  # see accounts.numbers
    owners_see_deleted = models.BooleanField(_("owners see what they deleted"), default=False)  # K63
    smart_bcc_creates = models.BooleanField(_("a hidden copy creates too"), default=False)  # K45
    smart_senders = models.CharField(
        _("who may write to the smart addresses"), max_length=7, choices=SmartSenders, default=SmartSenders.ANYONE
    )  # G03
    smart_allowed = ArrayField(models.CharField(max_length=320), default=list, blank=True)  # addresses and domains
    mailer_enabled = models.BooleanField(_("Mailer"), default=True)  # M01
    track_opens = models.BooleanField(_("see when letters are opened"), default=True)
    track_links = models.BooleanField(_("see when links are followed"), default=True)
    confirm_forms = models.BooleanField(_("ask the client to confirm a form"), default=False)
    automation_paused_at = models.DateTimeField(null=True)  # since then no trigger and no stage action runs
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.slug


class FormerSlug(models.Model):
    """A name that an account gave up: no other account ever gets it (K48). Not a tenant table: all look here."""

    slug = models.SlugField(max_length=63, unique=True)
    given_up_by = models.ForeignKey(Account, on_delete=models.SET_NULL, null=True, related_name="former_slugs")
    alive_until = models.DateTimeField(null=True)  # the addresses of this name work until then; null: no longer
    given_up_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.slug


class UserManager(BaseUserManager["User"]):
    """People are known by their email address, lower-cased."""

    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(email=(username or "").lower())

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        user = self.model(email=email.strip().lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user


class User(AbstractBaseUser, PermissionsMixin):
    """A person who signs in. Which accounts they belong to stands in Membership."""

    class Theme(models.TextChoices):
        SYSTEM = "system", _("As the device")
        LIGHT = "light", _("Light")
        DARK = "dark", _("Dark")

    email = models.EmailField(_("email address"), unique=True)
    name = models.CharField(_("name"), max_length=150)
    language = models.CharField(_("language"), max_length=8, default="en")
    timezone = models.CharField(_("time zone"), max_length=64, default="UTC")
    theme = models.CharField(_("theme"), max_length=6, choices=Theme, default=Theme.SYSTEM)
    has_shortcuts = models.BooleanField(_("keyboard shortcuts"), default=True)  # of single keys: WCAG 2.1.4
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField(default=False)  # runs the instance; sees no account's mail by it
    date_joined = models.DateTimeField(auto_now_add=True)

    known_memberships: list[Membership] | None = None  # no column: read with the user, see accounts.backends

    objects = UserManager()
    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(email=Lower("email")), name="user_email_is_lower_case"),
        ]

    def __str__(self) -> str:
        return f"user {self.pk}"

    def get_full_name(self) -> str:
        return self.name or self.email


class Membership(TenantModel):
    """A user in one account. Read at sign-in with every_account("sign-in"), afterwards inside the scope."""

    class Role(models.TextChoices):
        ADMIN = "admin", _("Administrator")
        USER = "user", _("User")

    class Availability(models.TextChoices):
        FREE = "free", _("Free")
        BUSY = "busy", _("Busy")
        LUNCH = "lunch", _("Lunch")
        BREAK = "break", _("Break")

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(_("role"), max_length=5, choices=Role, default=Role.USER)
    availability = models.CharField(_("availability"), max_length=5, choices=Availability, default=Availability.FREE)
    mail_access_all = models.BooleanField(_("uses every shared mailbox"), default=False)  # the "Mail" tick, K21
    mailer_access = models.BooleanField(_("uses the Mailer"), default=False)  # M01; administrators always do
    signature = models.TextField(_("signature"), blank=True, default="")
    undo_seconds = models.PositiveSmallIntegerField(_("seconds to undo sending"), null=True)  # M20; null: settings
    is_default_responsible = models.BooleanField(default=False)  # for what smart addresses make of strangers, K43
    notices_off = ArrayField(models.CharField(max_length=64), default=list, blank=True)  # kinds not wanted at the bell
    notices_mailed = ArrayField(models.CharField(max_length=64), default=list, blank=True)  # kinds wanted by mail too
    is_active = models.BooleanField(default=True)
    last_seen_at = models.DateTimeField(null=True)  # "signed out" is derived from it, G11

    class Meta(TenantModel.Meta):
        abstract = False
        constraints = [
            *TenantModel.Meta.constraints,
            models.UniqueConstraint(fields=["account", "user"], name="membership_once"),
            models.UniqueConstraint(
                fields=["account"], condition=models.Q(is_default_responsible=True), name="membership_one_default"
            ),
        ]

    def __str__(self) -> str:
        return f"membership {self.pk}"

    @property
    def is_admin(self) -> bool:
        return self.role == self.Role.ADMIN

    @property
    def name(self) -> str:
        return self.user.get_full_name()


class Group(TenantModel):
    """Members who work together; new customers go round among them."""

    name = models.CharField(_("name"), max_length=100)
    members: models.ManyToManyField[Membership, GroupMember] = models.ManyToManyField(
        Membership, through="GroupMember", related_name="groups"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta(TenantModel.Meta):
        abstract = False
        constraints = [
            *TenantModel.Meta.constraints,
            models.UniqueConstraint("account", Lower("name"), name="group_name_once"),
        ]

    def __str__(self) -> str:
        return f"group {self.pk}"


class GroupMember(TenantModel):
    """A member in a group."""

    group = TenantForeignKey(Group, on_delete=models.CASCADE, related_name="+")
    membership = TenantForeignKey(Membership, on_delete=models.CASCADE, related_name="+")

    class Meta(TenantModel.Meta):
        abstract = False
        constraints = [
            *TenantModel.Meta.constraints,
            SameAccount(field="group", name="groupmember_group_same_account"),
            SameAccount(field="membership", name="groupmember_membership_same_account"),
            models.UniqueConstraint(fields=["account", "group", "membership"], name="groupmember_once"),
        ]
        indexes = [models.Index(fields=["account", "membership"], name="groupmember_by_membership")]

    def __str__(self) -> str:
        return f"member {self.membership_id} of group {self.group_id}"


class Invitation(TenantModel):
    """A link that makes one person a member. Only its digest is stored."""

    email = models.EmailField()
    name = models.CharField(max_length=150, blank=True, default="")  # offered to them when they come
    role = models.CharField(max_length=5, choices=Membership.Role, default=Membership.Role.USER)
    mail_access_all = models.BooleanField(default=True)
    mailer_access = models.BooleanField(default=False)
    digest = models.CharField(max_length=64, unique=True)
    invited_by = TenantForeignKey(Membership, on_delete=models.CASCADE, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)

    class Meta(TenantModel.Meta):
        abstract = False
        constraints = [
            *TenantModel.Meta.constraints,
            SameAccount(field="invited_by", name="invitation_invited_by_same_account"),
        ]

    def __str__(self) -> str:
        return f"invitation {self.pk}"


class ApiToken(TenantModel):
    """A REST client's key: prefix shown, SHA-256 stored, acts as one member."""

    class Scope(models.TextChoices):
        MAIL_READ = "mail:read", _("Read mail")
        MAIL_WRITE = "mail:write", _("Mark and delete mail, connect and change mailboxes")
        MAIL_SEND = "mail:send", _("Send mail")
        CONTACTS_READ = "contacts:read", _("Read contacts and leads")
        CONTACTS_WRITE = "contacts:write", _("Change contacts and leads")
        ADMIN = "admin", _("Administer the account")

    membership = TenantForeignKey(Membership, on_delete=models.CASCADE, related_name="tokens")
    name = models.CharField(_("name"), max_length=100)
    prefix = models.CharField(max_length=16)
    digest = models.CharField(max_length=64, unique=True)  # unique over all accounts: it is random
    scopes = ArrayField(models.CharField(max_length=32, choices=Scope))
    made_by = TenantForeignKey("self", on_delete=models.CASCADE, null=True, related_name="made")  # null: by a person
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True)

    class Meta(TenantModel.Meta):
        abstract = False
        constraints = [
            *TenantModel.Meta.constraints,
            SameAccount(field="membership", name="apitoken_membership_same_account"),
            SameAccount(field="made_by", name="apitoken_made_by_same_account"),
        ]

    def __str__(self) -> str:
        return f"token {self.prefix}"

    @property
    def scope_words(self) -> list[str]:
        """What it may do, as the people who make tokens choose it."""
        return [str(self.Scope(scope).label) for scope in self.scopes]


class IdempotentReply(TenantModel):
    """The stored answer to a POST with an Idempotency-Key; `status` 0 while the first one is still at work."""

    membership = TenantForeignKey(Membership, on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=255)
    request_digest = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(default=0)
    body = models.JSONField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta(TenantModel.Meta):
        abstract = False
        constraints = [
            *TenantModel.Meta.constraints,
            SameAccount(field="membership", name="idempotentreply_membership_same_account"),
            models.UniqueConstraint(fields=["account", "membership", "key"], name="idempotentreply_once"),
        ]

    def __str__(self) -> str:
        return f"idempotent reply {self.pk}"


class AuditEvent(TenantModel):
    """Who did what to whose: rights, access to another's mail, exports, deletions (G12). Only ever added to."""

    actor = TenantForeignKey(Membership, on_delete=models.DO_NOTHING, null=True, related_name="+")
    action = models.CharField(max_length=64)  # such as "mailbox.connected"
    target_type = models.CharField(max_length=32, blank=True, default="")
    target_id = models.BigIntegerField(null=True)
    facts = models.JSONField(default=dict)  # ids and settings; no addresses of clients, no text of letters
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta(TenantModel.Meta):
        abstract = False
        constraints = [
            *TenantModel.Meta.constraints,
            SameAccount(field="actor", name="auditevent_actor_same_account"),
        ]
        indexes = [models.Index(fields=["account", "-created_at", "-id"], name="auditevent_list")]

    def __str__(self) -> str:
        return f"{self.action} {self.pk}"


class Notice(TenantModel):
    """Something one member should know, shown at the bell. The words are made when it is shown, in their language."""

    membership = TenantForeignKey(Membership, on_delete=models.CASCADE, related_name="notices")
    kind = models.CharField(max_length=64)  # such as "mailbox.needs_login"
    facts = models.JSONField(default=dict)
    created_at = models.DateTimeField(auto_now_add=True)
    read_at = models.DateTimeField(null=True)
    mail_due_at = models.DateTimeField(null=True)  # to be mailed to the member too; null: no, or done

    class Meta(TenantModel.Meta):
        abstract = False
        constraints = [
            *TenantModel.Meta.constraints,
            SameAccount(field="membership", name="notice_membership_same_account"),
        ]
        indexes = [
            models.Index(fields=["account", "membership", "-created_at"], name="notice_list"),
            models.Index(
                fields=["mail_due_at"], condition=models.Q(mail_due_at__isnull=False), name="notice_to_be_mailed"
            ),
        ]

    def __str__(self) -> str:
        return f"notice {self.pk}"
