"""What hangs on a card: tags, tasks, notes, and what happened to it."""

from __future__ import annotations

from django.db import models
from django.db.models import F
from django.db.models.functions import Lower
from django.db.models.lookups import Exact
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership
from accounts.tenant_models import SameAccount, TenantForeignKey, TenantModel
from crm.models.customers import Customer
from crm.models.people import Company, Contact
from crm.models.pipelines import Lead
from crm.querysets import TaskQuerySet

CARDS = ("contact", "company", "lead", "customer")  # names of the foreign keys of an OnCard, and of CustomField.Entity
Card = Contact | Company | Lead | Customer


class OnCard(TenantModel):
    """A row that belongs to exactly one card, of whichever kind."""

    contact = TenantForeignKey(Contact, on_delete=models.CASCADE, null=True, related_name="%(class)ss", db_index=False)
    company = TenantForeignKey(Company, on_delete=models.CASCADE, null=True, related_name="%(class)ss", db_index=False)
    lead = TenantForeignKey(Lead, on_delete=models.CASCADE, null=True, related_name="%(class)ss", db_index=False)
    customer = TenantForeignKey(
        Customer, on_delete=models.CASCADE, null=True, related_name="%(class)ss", db_index=False
    )

    class Meta(TenantModel.Meta):
        abstract = True
        constraints = [
            *TenantModel.Meta.constraints,
            *(SameAccount(field=card, name=f"%(class)s_{card}_same_account") for card in CARDS),
            models.CheckConstraint(
                condition=Exact(
                    models.Func(*CARDS, function="num_nonnulls", output_field=models.IntegerField()), models.Value(1)
                ),
                name="%(class)s_on_one_card",
            ),
        ]

    @property
    def card(self) -> Card:
        return next(found for found in (self.contact, self.company, self.lead, self.customer) if found is not None)

    @property
    def card_type(self) -> str:
        """One of CARDS."""
        return next(name for name in CARDS if getattr(self, f"{name}_id") is not None)


def _card_indexes(name: str, *fields: str) -> list[models.Index]:
    """One for each kind of card, of its rows alone."""
    return [
        models.Index(
            fields=["account", card, *fields],
            condition=models.Q(**{f"{card}__isnull": False}),
            name=f"{name}_of_{card}",
        )
        for card in CARDS
    ]


class Tag(TenantModel):
    """A word that marks cards. One list for all kinds of them."""

    name = models.CharField(_("name"), max_length=60)

    class Meta(TenantModel.Meta):
        abstract = False
        ordering = ["name"]
        constraints = [
            *TenantModel.Meta.constraints,
            models.UniqueConstraint("account", Lower("name"), name="tag_name_once"),
        ]

    def __str__(self) -> str:
        return f"tag {self.pk}"


class Tagging(OnCard):
    """A tag on a card."""

    tag = TenantForeignKey(Tag, on_delete=models.CASCADE, related_name="taggings", db_index=False)

    class Meta(OnCard.Meta):
        abstract = False
        constraints = [
            *OnCard.Meta.constraints,
            SameAccount(field="tag", name="tagging_tag_same_account"),
            *(
                models.UniqueConstraint(
                    fields=["account", card, "tag"],
                    condition=models.Q(**{f"{card}__isnull": False}),
                    name=f"tagging_once_on_{card}",
                )
                for card in CARDS
            ),
        ]
        indexes = [models.Index(fields=["account", "tag", *CARDS], name="tagging_of_tag")]

    def __str__(self) -> str:
        return f"tag {self.tag_id} on {self.card_type}"


class TaskType(TenantModel):
    """What is to be done: a call, a meeting; accounts add their own."""

    code = models.CharField(max_length=50)  # what programs name it by
    name = models.CharField(_("name"), max_length=60)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta(TenantModel.Meta):
        abstract = False
        ordering = ["position", "id"]
        constraints = [
            *TenantModel.Meta.constraints,
            models.UniqueConstraint("account", Lower("code"), name="tasktype_code_once"),
        ]

    def __str__(self) -> str:
        return f"task type {self.code}"


class Task(OnCard):
    """Something that a member has to do about a card, by a time."""

    type = TenantForeignKey(TaskType, on_delete=models.PROTECT, related_name="+", verbose_name=_("kind"))
    text = models.TextField(_("text"), blank=True, default="")
    due_at = models.DateTimeField(_("deadline"))
    responsible = TenantForeignKey(
        Membership, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("responsible")
    )
    created_by = TenantForeignKey(Membership, on_delete=models.SET_NULL, null=True, related_name="+")  # null: a rule
    created_at = models.DateTimeField(auto_now_add=True)
    done_at = models.DateTimeField(null=True)  # null: it is still to be done
    done_by = TenantForeignKey(Membership, on_delete=models.SET_NULL, null=True, related_name="+")
    result = models.TextField(_("result"), blank=True, default="")
    is_due_told = models.BooleanField(default=False)  # the responsible one had the notice that its time has come

    objects = TaskQuerySet.as_manager()

    class Meta(OnCard.Meta):
        abstract = False
        constraints = [
            *OnCard.Meta.constraints,
            SameAccount(field="type", name="task_type_same_account"),
            SameAccount(field="responsible", name="task_responsible_same_account"),
            SameAccount(field="created_by", name="task_created_by_same_account"),
            SameAccount(field="done_by", name="task_done_by_same_account"),
        ]
        indexes = [
            *_card_indexes("task", "-created_at", "-id"),
            models.Index(
                fields=["account", "responsible", "due_at", "id"],
                condition=models.Q(done_at__isnull=True),
                name="task_to_do_of_member",
            ),
            models.Index(
                fields=["account", "due_at", "id"], condition=models.Q(done_at__isnull=True), name="task_to_do"
            ),
            models.Index(  # says where NULL stands because the order does: see crm.keyset
                "account",
                F("done_at").desc(nulls_last=True),
                F("id").desc(),
                condition=models.Q(done_at__isnull=False),
                name="task_done",
            ),
            models.Index(  # of all accounts: the sweep
                fields=["due_at"],
                condition=models.Q(done_at__isnull=True, is_due_told=False),
                name="task_due_untold",
            ),
        ]

    def __str__(self) -> str:
        return f"task {self.pk}"

    @property
    def is_done(self) -> bool:
        return self.done_at is not None


class Note(OnCard):
    """What somebody, or a rule of the account, wrote on a card."""

    text = models.TextField(_("text"))
    author = TenantForeignKey(Membership, on_delete=models.SET_NULL, null=True, related_name="+")  # null: a rule
    created_at = models.DateTimeField(auto_now_add=True)
    changed_at = models.DateTimeField(null=True)

    class Meta(OnCard.Meta):
        abstract = False
        constraints = [*OnCard.Meta.constraints, SameAccount(field="author", name="note_author_same_account")]
        indexes = _card_indexes("note", "-created_at", "-id")

    def __str__(self) -> str:
        return f"note {self.pk}"


class CardEvent(OnCard):
    """Something that happened to a card: made, moved to a stage, given to a member, merged. The words are made when it
    is shown, in the reader's language.
    """

    kind = models.CharField(max_length=32)  # see crm.card_events
    facts = models.JSONField(default=dict)  # ids and names of then; nothing of letters
    actor = TenantForeignKey(Membership, on_delete=models.SET_NULL, null=True, related_name="+")  # null: a rule
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta(OnCard.Meta):
        abstract = False
        constraints = [*OnCard.Meta.constraints, SameAccount(field="actor", name="cardevent_actor_same_account")]
        indexes = _card_indexes("cardevent", "-created_at", "-id")

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"
