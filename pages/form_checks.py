"""What is wrong with the forms of a letter or page, told to its author before anybody fills them in."""

from __future__ import annotations

from dataclasses import dataclass

from crm.models import CustomField
from mailkit.form_names import parse_field_name
from mailkit.form_reader import read_field_names
from outbox.web_copies import FORM_LINK, WEB_LINK
from pages.form_values import find_field


@dataclass(frozen=True, slots=True)
class FormFaults:
    """`unknown`: names that no field has; what is sent with them stands in the note alone. `leads_nowhere`: fields
    without a form that leads to us. `lacks_web_link`: not every mail program shows forms.
    """

    unknown: tuple[str, ...] = ()
    leads_nowhere: bool = False
    lacks_web_link: bool = False


def check_forms(html: str) -> FormFaults:
    """Of a cleaned letter, before the words between single braces are filled in."""
    names = [name for name in map(parse_field_name, read_field_names(html)) if name]
    if not names:
        return FormFaults()
    fields = list(CustomField.objects.all())
    types = {field.entity for field in fields}
    unknown = tuple(str(name) for name in names if find_field(name, fields, types) is None)
    return FormFaults(unknown, leads_nowhere=f'action="{FORM_LINK}"' not in html, lacks_web_link=WEB_LINK not in html)
