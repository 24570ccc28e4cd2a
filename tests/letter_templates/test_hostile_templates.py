"""What people write between braces who mean harm, in each part of a template, when it is saved."""

from __future__ import annotations

from typing import Any

import pytest

from accounts.models import Membership
from letter_templates.errors import PartRefused, ValueRefused
from letter_templates.models import Template
from letter_templates.rendering import render
from letter_templates.requests import TemplateFields
from letter_templates.services import create_template, use_template
from tests.letter_templates.hostile import BOMBS, injections
from tests.letter_templates.test_injection import LEAKED

pytestmark = pytest.mark.usefixtures("in_account")
HARMLESS = {"many outputs", "many strings"}  # as long as the machine is not busy


def with_part(part: str, source: str) -> TemplateFields:
    fields: dict[str, Any] = {part: source}
    return TemplateFields(name="x", format="html", **fields)


def saved(member: Membership, fields: TemplateFields) -> Template | None:
    """None when it was refused."""
    try:
        return create_template(member, fields)
    except (PartRefused, ValueRefused):
        return None


@pytest.mark.rule("K52")
@pytest.mark.parametrize("part", ["body", "subject", "send_to", "attachment_url"])
def test_injections_are_not_saved_or_are_plain_text(alice: Membership, part: str) -> None:
    sources = list(injections())
    assert len(sources) >= 150
    start = "https://" if part == "attachment_url" else ""
    made = [saved(alice, with_part(part, start + source)) for source in sources]
    kept = [template for template in made if template]
    assert len(kept) < 10
    values = {"user.name": "A<b>nn", "user.email": "", "account.name": "Acme", "mailbox.address": "{{ self }}"}
    texts = [render(getattr(use_template(alice, one.pk), part), values, format="html").text for one in kept]
    assert not [text for text in texts if LEAKED.search(text)]


@pytest.mark.rule("K52")
@pytest.mark.parametrize("kind", BOMBS)
def test_a_bomb_is_not_saved(alice: Membership, kind: str) -> None:
    made = saved(alice, TemplateFields(name="x", body=BOMBS[kind]))
    assert made is None or kind in HARMLESS
    assert saved(alice, TemplateFields(name="y", body="{{ user.name }}"))
