"""What is told of a letter or page after it left us: who opened it, which link was followed, and who was a machine."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.tenant_models import SameAccount, TenantForeignKey, TenantLeafModel, TenantModel


class TriggerLink(TenantModel):
    """A link that starts triggers when it is followed (M80-M83). Letters and pages name it {triggerlink:NUMBER}."""

    number = models.PositiveIntegerField()
    name = models.CharField(_("name"), max_length=150)
    once = models.BooleanField(_("only the first time, for each card"), default=False)
    redirect_url = models.TextField(_("where it leads"), blank=True, default="")  # "": the page that says thank you
    triggers = ArrayField(models.BigIntegerField(), default=list, blank=True)  # ids of automation.Trigger, in order
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta(TenantModel.Meta):
        abstract = False
        ordering = ["name", "id"]
        constraints = [
            *TenantModel.Meta.constraints,
            models.UniqueConstraint(fields=["account", "number"], name="triggerlink_number_once"),
        ]

    def __str__(self) -> str:
        return f"trigger link {self.number}"


class Tracked(TenantModel):
    """A letter or page of ours as the world meets it. Which one it is, the rooms above say by a key of theirs."""

    class Kind(models.TextChoices):
        LETTER = "letter"
        PAGE = "page"
        TEST = "test"  # a letter to its own author: nothing of it is noted

    kind = models.CharField(max_length=6, choices=Kind)
    has_pixel = models.BooleanField(default=False)  # opens can be told
    has_links = models.BooleanField(default=False)  # links lead through us
    delivered_at = models.DateTimeField(null=True)  # machines look soon after it
    # By people, or by what is not known to be a machine. The raw hits stay beside these sums.
    opened_at = models.DateTimeField(null=True)  # first
    last_opened_at = models.DateTimeField(null=True)
    clicked_at = models.DateTimeField(null=True)  # first
    open_count = models.PositiveIntegerField(default=0)
    click_count = models.PositiveIntegerField(default=0)
    machine_count = models.PositiveIntegerField(default=0)  # opens and clicks of machines
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta(TenantModel.Meta):
        abstract = False
        constraints = [*TenantModel.Meta.constraints]

    def __str__(self) -> str:
        return f"tracked {self.kind} {self.pk}"


class Link(TenantModel):
    """One link of a letter or page. Where it leads stands here, never in its address."""

    tracked = TenantForeignKey(Tracked, on_delete=models.CASCADE, related_name="links")
    position = models.PositiveSmallIntegerField()
    target_url = models.TextField(blank=True, default="")  # "" with a trigger link: as that says
    trigger_link = TenantForeignKey(TriggerLink, on_delete=models.SET_NULL, null=True, related_name="+")
    is_bait = models.BooleanField(default=False)  # hidden from people: who follows it is a machine

    class Meta(TenantModel.Meta):
        abstract = False
        ordering = ["tracked_id", "position"]
        constraints = [
            *TenantModel.Meta.constraints,
            SameAccount(field="tracked", name="link_tracked_same_account"),
            SameAccount(field="trigger_link", name="link_trigger_link_same_account"),
            models.UniqueConstraint(fields=["account", "tracked", "position"], name="link_position_once"),
        ]
        indexes = [
            models.Index(
                fields=["account", "trigger_link"],
                condition=Q(trigger_link__isnull=False),
                name="link_of_trigger_link",
            ),
        ]

    def __str__(self) -> str:
        return f"link {self.position} of {self.tracked_id}"


class Hit(TenantLeafModel):
    """A request for a pixel, a link or a page, as it came. It is judged when the evidence is in (G07).

    Each costs a row while somebody waits: no index but those that are named below.
    """

    class Verdict(models.TextChoices):
        WAITING = "", _("Not judged yet")
        HUMAN = "human", _("A person")
        PROXY = "proxy", _("A mail service that loads images ahead")
        SCANNER = "scanner", _("A scanner")
        UNKNOWN = "unknown", _("Not known")

    tracked = TenantForeignKey(Tracked, on_delete=models.CASCADE, related_name="hits", db_index=False)
    # Null: opened.
    link = TenantForeignKey(Link, on_delete=models.CASCADE, null=True, related_name="hits", db_index=False)
    at = models.DateTimeField()
    method = models.CharField(max_length=8)
    is_prefetch = models.BooleanField(default=False)  # its headers say so
    user_agent = models.CharField(max_length=400, blank=True, default="")
    ip = models.GenericIPAddressField(null=True)
    judge_at = models.DateTimeField(null=True)  # when the evidence is in; null: judged
    verdict = models.CharField(max_length=7, choices=Verdict, blank=True, default=Verdict.WAITING)
    reason = models.CharField(max_length=40, blank=True, default="")  # which row or rule said so
    told_at = models.DateTimeField(null=True)  # the rooms above have made of it what they make

    class Meta(TenantLeafModel.Meta):
        abstract = False
        constraints = [
            *TenantLeafModel.Meta.constraints,
            SameAccount(field="tracked", name="hit_tracked_same_account"),
            SameAccount(field="link", name="hit_link_same_account"),
        ]
        indexes = [
            models.Index(fields=["account", "tracked", "at"], name="hit_of_tracked"),
            models.Index(fields=["account", "link"], condition=Q(link__isnull=False), name="hit_of_link"),
            models.Index(fields=["judge_at"], condition=Q(judge_at__isnull=False), name="hit_to_judge"),
            models.Index(
                fields=["at"],
                condition=Q(told_at__isnull=True, judge_at__isnull=True, verdict__in=["human", "unknown"]),
                name="hit_to_tell",
            ),
        ]

    def __str__(self) -> str:
        return f"hit {self.pk}"
