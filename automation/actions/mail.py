"""A letter of a template, to the contact of the letter before it (M69)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from automation.errors import LetterNotSent
from automation.letters import RuleLetter, send_template_letter
from automation.outcomes import Outcome, done, failed, skipped
from automation.reasons import Reason
from automation.subjects import Subject, contact_of
from letter_templates.models import Template

# The others are no fault of anybody.
FAULTS = (Reason.NO_SENDER, Reason.NO_RECIPIENT, Reason.LETTER_REFUSED)


def perform(subject: Subject, settings: Mapping[str, Any]) -> Outcome:
    template = Template.objects.for_list().filter(pk=settings["template"]).first()
    if template is None:
        return failed(Reason.TEMPLATE_GONE)
    letter = RuleLetter(
        template=template,
        contacts=[contact_of(subject)],
        lead=subject.lead,
        member=subject.member,
        after=subject.mail,
        depth=subject.depth + 1,
    )
    try:
        made = send_template_letter(letter)
    except LetterNotSent as error:
        return outcome_of(error, template.name)
    return done(made_mail_id=made.pk, template=template.name)


def outcome_of(error: LetterNotSent, template_name: str) -> Outcome:
    """For stage actions too."""
    end = failed if error.reason in FAULTS else skipped
    return end(error.reason, template=template_name, **error.detail)
