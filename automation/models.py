"""What the account does by itself: triggers, what stages send, and every run of either."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership
from accounts.tenant_models import SameAccount, TenantForeignKey, TenantModel
from crm.models import Contact, Lead, Stage
from letter_templates.models import Template
from mailboxes.models import Mailbox
from outbox.models import OutgoingMail
from tracking.models import Tracked


class Trigger(TenantModel):
    """One thing to be done when something happens to a letter, a link or a page (M60-M72)."""

    class Type(models.TextChoices):
        TASK = "task", _("Set a task")
        NOTE = "note", _("Add a note")
        STAGE = "stage", _("Change stage or pipeline")
        FIELD = "field", _("Change a field")
        MAIL = "mail", _("Send a letter")
        LEAD = "lead", _("Create a lead")
        TAGS = "tags", _("Change tags")

    number = models.PositiveIntegerField()
    name = models.CharField(_("name"), max_length=150)
    type = models.CharField(_("what it does"), max_length=5, choices=Type)
    settings = models.JSONField(default=dict)  # by type: see automation.trigger_settings
    delay_seconds = models.PositiveBigIntegerField(_("delay"), default=0)
    is_active = models.BooleanField(_("on"), default=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta(TenantModel.Meta):
        abstract = False
        ordering = ["name", "id"]
        constraints = [
            *TenantModel.Meta.constraints,
            models.UniqueConstraint(fields=["account", "number"], name="trigger_number_once"),
        ]

    def __str__(self) -> str:
        return f"trigger {self.number}"


class StageAction(TenantModel):
    """A stage sends a template to the lead's contacts (M30-M32)."""

    class On(models.TextChoices):
        CREATED = "created", _("When a lead is created in it")
        MOVED = "moved", _("When a lead is moved to it")
        BOTH = "both", _("When a lead is created in it or moved to it")

    stage = TenantForeignKey(Stage, on_delete=models.CASCADE, related_name="+")
    position = models.PositiveSmallIntegerField(default=0)
    on = models.CharField(_("when"), max_length=7, choices=On, default=On.BOTH)
    conditions = models.JSONField(default=list)  # all must hold: see automation.conditions
    template = TenantForeignKey(Template, on_delete=models.CASCADE, related_name="+")
    mailbox = TenantForeignKey(Mailbox, on_delete=models.SET_NULL, null=True, related_name="+")  # null: as the template
    delay_seconds = models.PositiveBigIntegerField(_("delay"), default=0)
    together = models.BooleanField(_("one letter to all contacts of the lead"), default=False)
    cancel_on_leave = models.BooleanField(_("only while the lead stays in the stage"), default=True)
    is_active = models.BooleanField(_("on"), default=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta(TenantModel.Meta):
        abstract = False
        ordering = ["stage_id", "position", "id"]
        constraints = [
            *TenantModel.Meta.constraints,
            SameAccount(field="stage", name="stageaction_stage_same_account"),
            SameAccount(field="template", name="stageaction_template_same_account"),
            SameAccount(field="mailbox", name="stageaction_mailbox_same_account"),
        ]
        indexes = [
            models.Index(fields=["account", "stage", "position"], name="stageaction_of_stage"),
            models.Index(fields=["account", "template"], name="stageaction_of_template"),
        ]

    def __str__(self) -> str:
        return f"stage action {self.pk}"


# Runs whose cause is told only once: see automation.forgetting.
FORGETTABLE = (
    Q(ended_at__isnull=False) & ~Q(event__in=["opened", "page_opened"]) & ~Q(event="clicked", cause__contains=":link")
)


class Run(TenantModel):
    """One trigger or stage action for one cause: at most once, at its time, and what became of it (M33)."""

    class Event(models.TextChoices):
        SENT = "sent", _("Letter sent")
        OPENED = "opened", _("Letter opened")
        NOT_OPENED = "not_opened", _("Letter not opened")
        FAILED = "failed", _("Letter not sent")
        CLICKED = "clicked", _("Link followed")
        PAGE_OPENED = "page_opened", _("Page opened")
        CREATED = "created", _("Lead created in the stage")
        MOVED = "moved", _("Lead moved to the stage")

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        DONE = "done", _("Done")
        SKIPPED = "skipped", _("Did nothing")
        FAILED = "failed", _("Failed")

    event = models.CharField(max_length=11, choices=Event)
    cause = models.CharField(max_length=120)  # names what happened, once: see automation.causes
    trigger = TenantForeignKey(Trigger, on_delete=models.SET_NULL, null=True, related_name="runs")
    stage_action = TenantForeignKey(StageAction, on_delete=models.SET_NULL, null=True, related_name="runs")
    action_key = models.CharField(max_length=24)  # "t12" or "s7": stays when the trigger is gone
    action_name = models.CharField(max_length=150, blank=True, default="")  # as it was called
    # What it is about.
    mail = TenantForeignKey(OutgoingMail, on_delete=models.SET_NULL, null=True, related_name="+")
    tracked = TenantForeignKey(Tracked, on_delete=models.SET_NULL, null=True, related_name="+")
    contact = TenantForeignKey(Contact, on_delete=models.SET_NULL, null=True, related_name="+")
    lead = TenantForeignKey(Lead, on_delete=models.SET_NULL, null=True, related_name="+")
    member = TenantForeignKey(Membership, on_delete=models.SET_NULL, null=True, related_name="+")  # in whose name
    depth = models.PositiveSmallIntegerField(default=0)  # letters of triggers that led to it (M98)
    facts = models.JSONField(default=dict)  # of the cause: what the action needs and the rows may lose
    state = models.CharField(max_length=7, choices=State, default=State.WAITING)
    reason = models.CharField(max_length=40, blank=True, default="")  # see automation.reasons
    detail = models.JSONField(default=dict)  # of the reason, or what was made
    made_mail = TenantForeignKey(OutgoingMail, on_delete=models.SET_NULL, null=True, related_name="+")
    due_at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    happened_at = models.DateTimeField()  # the cause
    ended_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta(TenantModel.Meta):
        abstract = False
        constraints = [
            *TenantModel.Meta.constraints,
            SameAccount(field="trigger", name="run_trigger_same_account"),
            SameAccount(field="stage_action", name="run_stage_action_same_account"),
            SameAccount(field="mail", name="run_mail_same_account"),
            SameAccount(field="tracked", name="run_tracked_same_account"),
            SameAccount(field="contact", name="run_contact_same_account"),
            SameAccount(field="lead", name="run_lead_same_account"),
            SameAccount(field="member", name="run_member_same_account"),
            SameAccount(field="made_mail", name="run_made_mail_same_account"),
            models.UniqueConstraint(fields=["account", "cause", "action_key"], name="run_once"),
        ]
        indexes = [
            models.Index(fields=["due_at"], condition=Q(state="waiting"), name="run_due"),
            models.Index(fields=["ended_at"], condition=FORGETTABLE, name="run_forgettable"),
            models.Index(fields=["account", "-created_at", "-id"], name="run_list"),
            models.Index(fields=["account", "action_key", "-id"], name="run_of_action"),
            *(
                models.Index(fields=["account", name], condition=Q(**{f"{name}__isnull": False}), name=f"run_of_{name}")
                for name in ("mail", "tracked", "contact", "lead", "made_mail")
            ),
        ]

    def __str__(self) -> str:
        return f"run {self.pk}"
