"""A letter of a template, to each of those that the letter before it went to (M69)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from automation.errors import LetterNotSent
from automation.following_up import readers_of
from automation.letters import RuleLetter
from automation.outcomes import Outcome, failed, skipped
from automation.reasons import Reason
from automation.several_letters import send_letters
from automation.subjects import Subject, contact_of
from letter_templates.models import Template

# The others are no fault of anybody.
FAULTS = (Reason.NO_SENDER, Reason.NO_RECIPIENT, Reason.LETTER_REFUSED)


def perform(subject: Subject, settings: Mapping[str, Any]) -> Outcome:
    template = Template.objects.for_list().filter(pk=settings["template"]).first()
    if template is None:
        return failed(Reason.TEMPLATE_GONE)
    try:
        return send_letters(_letters(subject, template), template=template.name)
    except LetterNotSent as error:
        return outcome_of(error, template.name)


def _letters(subject: Subject, template: Template) -> Iterator[RuleLetter]:
    """One, when the template goes to an address of its own. Raises Ended."""
    letter = RuleLetter(
        template=template,
        contacts=[],
        lead=subject.lead,
        member=subject.member,
        after=subject.mail,
        depth=subject.depth + 1,
    )
    if template.send_to:
        yield replace(letter, contacts=[contact_of(subject)])
        return
    for reader in readers_of(subject):
        yield replace(letter, contacts=[reader.contact], address=reader.address)


def outcome_of(error: LetterNotSent, template_name: str) -> Outcome:
    """For stage actions too."""
    end = failed if error.reason in FAULTS else skipped
    return end(error.reason, template=template_name, **error.detail)
