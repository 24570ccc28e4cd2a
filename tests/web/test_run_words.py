"""Every run can be told in words (M33)."""

from __future__ import annotations

from typing import Any

import pytest

from accounts.models import Account
from automation.models import Trigger
from automation.outcomes import done, failed
from automation.reasons import Reason
from web.run_words import done_words, outcome_words, reason_words

pytestmark = pytest.mark.rule("M33")
DETAILS: dict[str, dict[str, Any]] = {
    "task": {"kind": "Call", "responsible": "Bob", "due_at": "2026-08-01T10:00:00+00:00"},
    "stage": {"stage": "Offer sent", "pipeline": "Sales"},
    "field": {"field": "Budget"},
    "mail": {"template": "Offer"},
    "lead": {"stage": "New", "pipeline": "Sales"},
    "tags": {"add": ["warm"], "remove": ["cold"]},
}


@pytest.mark.parametrize("reason", Reason)
def test_each_reason_has_words(reason: Reason) -> None:
    words = reason_words(reason, {"most": 3})
    assert words
    assert words != reason


@pytest.mark.parametrize("type_", Trigger.Type.values)
def test_each_type_says_what_it_did(type_: str) -> None:
    detail = DETAILS.get(type_, {})
    words = done_words(type_, detail)
    assert all(value in words for value in detail.values() if isinstance(value, str) and "T" not in value)


def test_a_dry_run_and_what_is_no_longer_known(in_account: Account) -> None:
    trigger = Trigger(type=Trigger.Type.MAIL)
    assert outcome_words(trigger, done(template="Offer")) == "A letter of the template “Offer”."
    assert outcome_words(trigger, failed(Reason.TEMPLATE_GONE)) == "The template was deleted."
    assert reason_words("of_old", {}) == "of_old"
    assert done_words("", {"letters": 2}) == "2 letters."
    assert done_words("mail", {"template": "Offer", "letters": 2}) == "2 letters of the template “Offer”."


def test_who_was_left_out_and_why() -> None:
    left_out = {"no_address": 1, "cap_template": 2}
    words = done_words("", {"letters": 3, "left_out": left_out, "limits": {"cap_template": 3}})
    assert words == (
        "3 letters. 1 left out: The contact has no email address. "
        "2 left out: The contact has had this letter often enough within a day (3 times)."
    )
