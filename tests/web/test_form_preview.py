"""A letter's preview draws its form, and says what is wrong with it."""

from __future__ import annotations

import pytest

from accounts.models import Membership
from outbox.drafts import DraftFields
from outbox.previewing import preview
from tests.mailkit.test_composed_forms import SEED_FORM
from web.composed_page import preview_page

pytestmark = pytest.mark.django_db


@pytest.mark.rule("M18", "M120")
def test_the_preview_of_a_form(alice: Membership, in_account: None) -> None:
    shown = preview_page(alice, preview(alice, DraftFields(subject="Order", format="html", body=SEED_FORM)), "light")
    assert "Laptop ▾" in shown
    assert "<form" not in shown
    assert "<code>lead[620105]</code>" in shown
