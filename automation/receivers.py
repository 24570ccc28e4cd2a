"""What happens elsewhere and starts something here, or may not be saved because of what it would start."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from django.db.models import Q
from django.dispatch import receiver
from kombu.exceptions import OperationalError

from automation.links import checked_triggers
from automation.loops import refuse_cycles
from automation.models import Run, StageAction, Trigger
from automation.places import senders_of
from automation.tasks import note_hits, note_letters
from letter_templates.errors import TemplateInUse
from letter_templates.models import Template
from letter_templates.signals import template_deleting, template_saved
from outbox.signals import letters_ended
from pages.models import Page
from pages.signals import page_saved
from privacy.account_tables import Asker, Table, of_known_letters
from privacy.signals import tables_asked
from tracking.signals import hits_judged

logger = logging.getLogger(__name__)


@receiver(letters_ended, dispatch_uid="automation.letters_ended")
def start_for_letters(account_id: int, mail_ids: Sequence[int], **_kwargs: object) -> None:
    """Without a broker the sweep does it."""
    try:
        note_letters.delay(account_id, list(mail_ids))
    except OperationalError:
        logger.warning("letters not noted yet", extra={"account": account_id})


@receiver(hits_judged, dispatch_uid="automation.hits_judged")
def start_for_hits(account_id: int, hit_ids: Sequence[int], **_kwargs: object) -> None:
    try:
        note_hits.delay(account_id, list(hit_ids))
    except OperationalError:
        logger.warning("hits not noted yet", extra={"account": account_id})


@receiver(template_saved, dispatch_uid="automation.template_saved")
def refuse_circles_through_template(template: Template, **_kwargs: object) -> None:
    """Raises CycleFound."""
    refuse_cycles(template)


@receiver(template_deleting, dispatch_uid="automation.template_deleting")
def keep_what_is_sent_by_itself(template: Template, **_kwargs: object) -> None:
    """Only administrators change what stages and triggers do (M17). Raises TemplateInUse."""
    places = senders_of(template)
    if places:
        raise TemplateInUse(places)


@receiver(tables_asked, dispatch_uid="automation.tables_to_export")
def tables_to_export(**_kwargs: object) -> list[Table]:
    return [
        Table("triggers", Trigger),
        Table("stage_actions", StageAction),
        Table("runs", Run, without=("facts",), seen=_of_letters_that_the_asker_sees),
    ]


def _of_letters_that_the_asker_sees(asker: Asker) -> Q:
    return of_known_letters("mail")(asker) & of_known_letters("made_mail")(asker)


@receiver(page_saved, dispatch_uid="automation.page_saved")
def refuse_what_a_page_may_not_start(page: Page, **_kwargs: object) -> None:
    """Raises ValueRefused (CycleFound among them)."""
    checked_triggers("on_open", tuple(page.on_open))
    refuse_cycles(page)
