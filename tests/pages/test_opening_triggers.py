"""Which triggers a page may start."""

from __future__ import annotations

import pytest

from accounts.models import Membership
from accounts.tenancy import tenant
from automation.models import Trigger
from letter_templates.errors import ValueRefused
from pages.models import Page
from tests.pages.conftest import MakePage

pytestmark = pytest.mark.django_db


@pytest.mark.rule("M116")
def test_those_of_another_account_and_those_that_are_gone_are_refused(
    make_page: MakePage, alice: Membership, charlie: Membership
) -> None:
    with tenant(charlie.account_id):
        foreign = Trigger.objects.create(number=1, name="Theirs", type="note", settings={"text": "x"})
    for trigger_id in (foreign.pk, 10**15):
        with pytest.raises(ValueRefused):
            make_page(on_open=(trigger_id,))
    assert not Page.objects.exists()
