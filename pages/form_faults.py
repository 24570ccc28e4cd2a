"""What a client typed that a field cannot take, told where he typed it, before anything is written (M124)."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from django.utils.translation import gettext as _

from crm.field_values import MAX_TEXT
from crm.models import CustomField
from mailkit.form_filling import offered_values
from mailkit.form_names import parse_field_name
from pages.form_sources import Form, card_types_about
from pages.form_values import Fault, Sent, find_faults

MAX_CHOICES_CHARS = 300
MAX_VALUE_CHARS = 60

Type = CustomField.Type


def faults_of(form: Form, sent: Sequence[Sent]) -> list[Fault]:
    """In the account's scope. Nothing is written."""
    fields = list(CustomField.objects.order_by("position", "id"))
    return find_faults(sent, form.keys, fields, card_types_about(form))


def for_client(faults: Sequence[Fault], html: str) -> dict[str, str]:
    """Sentences by FieldName.key, about what the client can mend. What the form itself offers is its author's fault:
    whoever chose it cannot do better.
    """
    offered = offered_values(html)
    found: dict[str, str] = {}
    for fault in faults:
        key = key_of(fault.sent)
        choices = offered.get(key, frozenset())
        wrong = [value for value in fault.values if value not in choices]
        if wrong:
            found[key] = sentence(fault.field, wrong[0], is_offered=bool(choices))
    return found


def key_of(sent: Sent) -> str:
    known = parse_field_name(sent.name)
    return known.key if known else sent.name


def sentence(field: CustomField, value: str, *, is_offered: bool) -> str:
    """In the language of now."""
    match field.type:
        case Type.NUMERIC:
            return _("Enter a number, such as 1200.50.")
        case Type.DATE:
            return _("Enter a date as year, month and day, such as 2027-02-28.")
        case Type.TEXT:
            return _("Enter at most %(most)d characters.") % {"most": MAX_TEXT}
        case _:
            short = value if len(value) <= MAX_VALUE_CHARS else f"{value[:MAX_VALUE_CHARS]}…"
            words = _("“%(value)s” cannot be chosen here.") % {"value": short}
            choices = _choices(field.options)
            # The choices of the form are before his eyes; those of the account beyond them are not for him.
            return words if is_offered or not choices else f"{words} {_('Choose from: %(choices)s.') % choices}"


def _choices(options: Collection[str]) -> Mapping[str, str]:
    """Nothing for more than one can read in a sentence."""
    listed = ", ".join(options)
    return {"choices": listed} if len(listed) <= MAX_CHOICES_CHARS else {}
