"""The only way a face gets a template. One answer for "missing", "not yours" and "not yours to change"."""

from __future__ import annotations

from accounts.ids import row_number
from accounts.models import Membership
from letter_templates.errors import TemplateNotFound
from letter_templates.models import Template


def get_template_for(member: Membership, template_id: int | str) -> Template:
    """One that the member may use. Raises TemplateNotFound."""
    return _get(Template.objects.visible_to(member).for_list().filter(pk=row_number(template_id)).first())


def get_own_template_for(member: Membership, template_id: int | str) -> Template:
    """One that the member may change. Raises TemplateNotFound."""
    return _get(Template.objects.editable_by(member).for_list().filter(pk=row_number(template_id)).first())


def _get(template: Template | None) -> Template:
    if template is None:
        raise TemplateNotFound
    return template
