"""The offer scenario (M73) as a set that is added in one click, and changed afterwards like anything else.

A lead comes into a stage: it gets the offer and moves on. Opened: somebody calls. The link followed: the lead moves
once more. Not opened within a day: a reminder. What there is already by its name is used as it is, so that adding the
set again makes nothing twice.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction
from django.db.models import Model
from django.utils import translation
from django.utils.html import escape
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from accounts.audit import record
from accounts.models import Membership
from automation.access import check_admin, check_mailer
from automation.links import LinkValues, code_of, create_link
from automation.models import StageAction, Trigger
from automation.stage_actions import StageActionValues, create_stage_action
from automation.trigger_settings import RESPONSIBLE
from automation.triggers import TriggerValues, create_trigger
from crm.models import Stage
from crm.pipelines import StageValues, default_stage, write_stage
from crm.task_types import list_types
from letter_templates.errors import ValueRefused
from letter_templates.models import Template
from letter_templates.requests import TemplateFields
from letter_templates.services import create_template
from letter_templates.trigger_choice import USUAL_SECONDS, TriggerChoice
from tracking.models import TriggerLink

TASK_DUE_SECONDS = 3600
# As the visual editor draws a button (static/web/js/prose_nodes.js).
BUTTON = (
    "display:inline-block;padding:10px 20px;border-radius:8px;background-color:#2456d6;color:#ffffff;font-weight:600;"
    "text-decoration:none"
)


@dataclass(frozen=True, slots=True)
class OfferValues:
    """`stage`: who comes into it gets the offer. `offer_url`: where the offer lies; "": a page that says thank you."""

    stage: Stage
    offer_url: str = ""


@dataclass(frozen=True, slots=True)
class OfferSet:
    """What the scenario consists of, made now or there before."""

    sent_stage: Stage
    familiar_stage: Stage
    triggers: tuple[Trigger, ...]
    link: TriggerLink
    offer: Template
    reminder: Template
    stage_action: StageAction


@dataclass(frozen=True, slots=True)
class Piece:
    """A thing of the set; `kind` is "stage", "trigger", "link", "template" or "stage_action"."""

    kind: str
    name: str
    is_there: bool


@dataclass(frozen=True, slots=True)
class _Names:
    """In the account's language: everybody in it reads them."""

    sent: str
    familiar: str
    to_sent: str
    call: str
    to_familiar: str
    remind: str
    link: str
    offer: str
    reminder: str


def plan_offer(admin: Membership, values: OfferValues) -> list[Piece]:
    """What would be added, and what is there: all of it is done, and taken back. Raises as add_offer does."""
    _check(admin)
    with transaction.atomic(), translation.override(admin.account.language):
        adding = _Adding(admin, values, _names())
        adding.whole()
        transaction.set_rollback(True)
    return adding.pieces


@transaction.atomic
def add_offer(admin: Membership, values: OfferValues) -> OfferSet:
    """Raises NotAllowed, ValueRefused (CycleFound among them)."""
    _check(admin)
    with translation.override(admin.account.language):
        return _Adding(admin, values, _names()).whole()


def usual_stage(admin: Membership) -> Stage:
    """What is offered first: the stage before that of the offer, where there is one."""
    with translation.override(admin.account.language):
        after = Stage.objects.filter(name__iexact=_names().sent, position__gt=0).first()
    before = Stage.objects.filter(pipeline=after.pipeline_id, position__lt=after.position) if after else None
    return (before.order_by("position").last() if before else None) or default_stage()


def _check(admin: Membership) -> None:
    check_mailer(admin)
    check_admin(admin)


def _names() -> _Names:
    sent, familiar = pgettext("stage", "Offer sent"), pgettext("stage", "Familiar with the offer")
    return _Names(
        sent=sent,
        familiar=familiar,
        to_sent=_("Change stage to “%(stage)s”") % {"stage": sent},
        call=_("Set the task “Call the client”"),
        to_familiar=_("Change stage to “%(stage)s”") % {"stage": familiar},
        remind=_("Send the offer again"),
        link=_("Link to the offer"),
        offer=_("Offer"),
        reminder=_("Offer, reminder"),
    )


class _Adding:
    """One run of adding the set: each step finds what is there by name, or makes it."""

    def __init__(self, admin: Membership, values: OfferValues, names: _Names) -> None:
        self._admin, self._values, self._names = admin, values, names
        self.pieces: list[Piece] = []

    def whole(self) -> OfferSet:
        names = self._names
        sent, familiar = self._stages()
        to_sent = self._mover(names.to_sent, sent)
        to_familiar = self._mover(names.to_familiar, familiar)
        call = self._caller()
        link = self._link(to_familiar)
        reminder = self._template(names.reminder, _reminder_words(), link, TriggerChoice(opened=(call.pk,)))
        remind = self._trigger(names.remind, Trigger.Type.MAIL, {"template": reminder.pk})
        choice = TriggerChoice((to_sent.pk,), (call.pk,), (remind.pk,), not_opened_after=USUAL_SECONDS)
        offer = self._template(names.offer, _offer_words(), link, choice)
        action = self._stage_action(offer)
        record(self._admin, "ready_made.offer_added", target=self._values.stage, name=self._values.stage.name)
        return OfferSet(sent, familiar, (to_sent, call, to_familiar, remind), link, offer, reminder, action)

    def _stages(self) -> tuple[Stage, Stage]:
        """Behind the stage that sends, one after the other."""
        start = self._values.stage
        sent = self._stage(self._names.sent, start.position + 1)
        familiar = self._stage(self._names.familiar, sent.position + 1)
        if start in (sent, familiar):
            raise ValueRefused("stage", _("Choose a stage before the offer: the lead moves on when it is sent."))
        return sent, familiar

    def _stage(self, name: str, position: int) -> Stage:
        start = self._values.stage
        found = Stage.objects.filter(pipeline=start.pipeline, name__iexact=name).first()
        self._note("stage", name, found)
        return found or write_stage(StageValues(start.pipeline, name, position))

    def _mover(self, name: str, stage: Stage) -> Trigger:
        return self._trigger(name, Trigger.Type.STAGE, {"stage": stage.pk})

    def _caller(self) -> Trigger:
        kinds = list_types()
        kind = kinds.filter(code="call").first() or kinds[0]
        settings = {
            "task_type": kind.pk,
            "text": _("Call the client, who opened the letter: {subject}"),
            "due_in_seconds": TASK_DUE_SECONDS,
            "responsible": RESPONSIBLE,
        }
        return self._trigger(self._names.call, Trigger.Type.TASK, settings)

    def _trigger(self, name: str, type_: str, settings: dict[str, object]) -> Trigger:
        """Of the same name, but of another pipeline: that one is somebody else's."""
        same = Trigger.objects.filter(name=name, type=type_)
        found = same.first() if type_ == Trigger.Type.TASK else same.filter(settings=settings).first()
        self._note("trigger", name, found)
        return found or create_trigger(self._admin, TriggerValues(name, type_, settings))

    def _link(self, to_familiar: Trigger) -> TriggerLink:
        found = TriggerLink.objects.filter(name=self._names.link, triggers=[to_familiar.pk]).first()
        self._note("link", self._names.link, found)
        values = LinkValues(self._names.link, True, self._values.offer_url, (to_familiar.pk,))
        return found or create_link(self._admin, values)

    def _template(self, name: str, words: _Words, link: TriggerLink, choice: TriggerChoice) -> Template:
        found = Template.objects.filter(name=name, triggers=choice.to_json()).first()
        self._note("template", name, found)
        if found:
            return found
        fields = TemplateFields(
            name=name,
            subject=words.subject,
            body=words.body(code_of(link)),
            from_responsible=True,
            is_public=True,
            triggers=choice,
        )
        return create_template(self._admin, fields)

    def _stage_action(self, offer: Template) -> StageAction:
        found = StageAction.objects.filter(stage=self._values.stage, template=offer).first()
        self._note("stage_action", self._values.stage.name, found)
        return found or create_stage_action(self._admin, StageActionValues(self._values.stage, offer))

    def _note(self, kind: str, name: str, found: Model | None) -> None:
        self.pieces.append(Piece(kind, name, found is not None))


@dataclass(frozen=True, slots=True)
class _Words:
    """A letter, to be written anew by whoever has something to offer."""

    subject: str
    greeting: str  # may hold merge fields
    text: str
    button: str

    def body(self, code: str) -> str:
        button = f'<p class="letter-button"><a href="{code}" style="{BUTTON}">{escape(self.button)}</a></p>'
        return f"<p>{self.greeting}</p><p>{escape(self.text)}</p>{button}"


def _greeting() -> str:
    return _('Hello {{ contact.first_name|default("there") }},')


def _offer_words() -> _Words:
    text = _("thank you for your interest. Our offer is ready: follow the button to read it.")
    return _Words(_("Our offer"), _greeting(), text, _("Read the offer"))


def _reminder_words() -> _Words:
    text = _("yesterday we sent you our offer. In case it got lost, here it is once more.")
    return _Words(_("Our offer, once more"), _greeting(), text, _("Read the offer"))
