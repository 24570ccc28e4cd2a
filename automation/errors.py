"""What can go wrong with triggers, trigger links and their runs.

TriggerNotFound, LinkNotFound, RunNotFound   missing, or not yours
CycleFound       what was to be saved would let letters send one another without end (M98)
TriggerInUse     it is deleted only together with the places that name it
LetterNotSent    a rule of the account could not send a letter; `reason` is one of automation.reasons

A value that is not acceptable is letter_templates.errors.ValueRefused: triggers are chosen where templates are written.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from accounts.errors import NotFound
from letter_templates.errors import ValueRefused

if TYPE_CHECKING:
    from automation.places import Place


class TriggerNotFound(NotFound):
    """Missing, or of another account."""


class LinkNotFound(NotFound):
    """Missing, or of another account."""


class RunNotFound(NotFound):
    """Missing, or of a letter that is not yours to see."""


class CycleFound(ValueRefused):
    """`path` names each step, from a template back to itself; a copy of the template `template_id` breaks the circle:
    the copy has no triggers of its own to lead back.
    """

    code = "cycle"

    def __init__(self, path: Sequence[str], template_id: int | None) -> None:
        words = _("Letters would go round in a circle: %(path)s. Let one of the steps send a copy of the template.")
        super().__init__("triggers", words % {"path": " → ".join(path)})
        self.path = tuple(path)
        self.template_id = template_id


class TriggerInUse(Exception):
    """`places` name it."""

    def __init__(self, places: Sequence[Place]) -> None:
        super().__init__(_("This trigger is in use. Take it out of these places first, or delete it from all of them."))
        self.places = tuple(places)


class LetterNotSent(Exception):
    """`detail` says more about the reason: names and numbers of the account, nothing of letters."""

    def __init__(self, reason: str, **detail: Any) -> None:
        super().__init__(reason)
        self.reason = reason
        self.detail = detail
