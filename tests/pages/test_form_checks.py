"""The author of a form learns what is wrong with it (M120)."""

from __future__ import annotations

import pytest

from accounts.models import Membership
from mailkit.composed_html import clean_letter_html
from pages.form_checks import FormFaults, check_forms
from tests.mailkit.test_composed_forms import SEED_FORM
from tests.pages.forms import make_fields

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def known_fields(alice: Membership, in_account: None) -> None:
    make_fields(alice)


@pytest.mark.parametrize(
    ("html", "faults"),
    [
        (SEED_FORM, FormFaults()),
        ("<p>No form</p>", FormFaults()),
        (
            '<form action="https://acme.example/"><input name="lead[78]"></form>',
            FormFaults(leads_nowhere=True, lacks_web_link=True),
        ),
        (
            SEED_FORM + '<input name="lead[5][]"><input name="field[Shoe size]"><input name="contact[78]">',
            FormFaults(unknown=("lead[5][]", "field[Shoe size]", "contact[78]")),
        ),
    ],
)
def test_what_is_wrong_is_told(html: str, faults: FormFaults) -> None:
    assert check_forms(clean_letter_html(html)) == faults
