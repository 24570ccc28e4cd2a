"""The triggers that somebody chooses for a letter (M01, M17, M62)."""

from __future__ import annotations

import pytest

from accounts.errors import NotAllowed
from accounts.models import Account, Membership
from automation.choice import check_choice
from letter_templates.errors import ValueRefused
from letter_templates.trigger_choice import TriggerChoice
from tests.automation.letters import make_trigger


@pytest.mark.rule("M17", "M62")
def test_only_what_is_there_and_only_from_a_minute_on(in_account: Account, alice: Membership) -> None:
    note = make_trigger(alice, "note", text="x").pk
    good = TriggerChoice(sent=(note, note), not_opened=(note,), not_opened_after=60)
    assert check_choice(alice, good).sent == (note,)
    for wrong in (
        TriggerChoice(opened=(note, 0)),
        TriggerChoice(not_opened=(note,), not_opened_after=59),
        TriggerChoice(failed=tuple(range(1, 30))),
    ):
        with pytest.raises(ValueRefused) as refused:
            check_choice(alice, wrong)
        assert refused.value.field == "triggers"


@pytest.mark.rule("M01")
def test_only_who_uses_the_mailer(in_account: Account, alice: Membership, bob: Membership) -> None:
    chosen = TriggerChoice(sent=(make_trigger(alice, "note", text="x").pk,))
    with pytest.raises(NotAllowed):
        check_choice(bob, chosen)
    assert check_choice(bob, TriggerChoice()) == TriggerChoice()
