"""The letters of one run to several people: what keeps one of them from theirs does not keep the others."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from automation.errors import LetterNotSent
from automation.letters import RuleLetter, send_template_letter
from automation.outcomes import Outcome, done
from outbox.models import OutgoingMail


def send_letters(letters: Iterable[RuleLetter], **detail: Any) -> Outcome:
    """Raises LetterNotSent when nobody gets any."""
    made: list[OutgoingMail] = []
    refusals: list[LetterNotSent] = []
    for one in letters:
        try:
            made.append(send_template_letter(one))
        except LetterNotSent as error:
            refusals.append(error)
    if not made:
        raise refusals[0]
    return done(made_mail_id=made[0].pk, **detail, **_counted(made, refusals))


def _counted(made: Sequence[OutgoingMail], refusals: Sequence[LetterNotSent]) -> Mapping[str, Any]:
    """How many, and by reason how many were left out; `limits`: what each cap allows."""
    if not refusals:
        return {"letters": len(made)}
    left_out = Counter(str(error.reason) for error in refusals)
    limits = {str(error.reason): error.detail["most"] for error in refusals if "most" in error.detail}
    return {"letters": len(made), "left_out": dict(left_out), **({"limits": limits} if limits else {})}
