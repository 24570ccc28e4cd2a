"""The mark beside an address: `{% address_mark row.email marks %}`, with what web.address_marks.marks_on() found."""

from __future__ import annotations

from collections.abc import Mapping

from django import template

register = template.Library()


@register.inclusion_tag("crm/parts/address_mark.html")
def address_mark(email: str, marks: Mapping[str, str]) -> dict[str, str]:
    return {"mark": marks.get(email, "")}
