"""What a list of cards can be narrowed to, as a form whose names stand in the list's address; and bulk changes."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Membership
from crm.card_lists import FILTERS, MAX_CHARS, OWN
from crm.custom_fields import fields_of
from crm.models import CustomField, Pipeline, Store
from web.forms.crm import stage_choices

ORDERING_WORDS = {
    "name": _("By name"),
    "-created_at": _("Newest first"),
    "-price": _("By price"),
    "next_purchase_at": _("By next purchase"),
}


def _day(label: Any) -> forms.CharField:  # noqa: ANN401  (a lazy text)
    return forms.CharField(label=label, required=False, widget=forms.DateInput(attrs={"type": "date"}))


class FilterForm(forms.Form):
    """Never refuses: crm.card_lists.parse_filter reads the same address, and leaves out what is no value."""

    tag = forms.CharField(
        label=_("Tag"), required=False, widget=forms.TextInput(attrs={"list": "tag-names", "autocomplete": "off"})
    )
    responsible = forms.ChoiceField(label=_("Responsible"), required=False)
    pipeline = forms.ChoiceField(label=_("Pipeline"), required=False)
    stage = forms.ChoiceField(label=_("Stage"), required=False)
    store = forms.ChoiceField(label=_("Store"), required=False)
    next_purchase_after = _day(_("Next purchase from"))
    next_purchase_before = _day(_("Next purchase before"))
    created_after = _day(_("Added from"))
    created_before = _day(_("Added before"))

    def __init__(self, kind: str, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in [name for name in self.fields if name != "tag" and name not in FILTERS[kind]]:
            del self.fields[name]
        self._choose("responsible", [("nobody", _("Nobody")), *people_choices()])
        if kind == "lead":
            self._choose("stage", stage_choices())
            self._choose("pipeline", Pipeline.objects.values_list("pk", "name"))
        if kind == "contact":
            self._choose("store", Store.objects.order_by("name").values_list("pk", "name"))
        self.fields.update({f"{OWN}{field.number}": _input_of(field) for field in fields_of(kind)})

    def _choose(self, name: str, choices: Any) -> None:  # noqa: ANN401  (Django's)
        """One choice is none, so there is nothing to ask then."""
        rows = list(choices)
        if len(rows) > 1 or (name == "store" and rows):
            self.fields[name].choices = [("", _("Any")), *rows]  # type: ignore[attr-defined]
        else:
            del self.fields[name]


def people_choices() -> list[tuple[int, str]]:
    people = Membership.objects.filter(is_active=True).select_related("user").order_by("user__name", "id")
    return [(person.pk, person.name) for person in people]


_TYPED: dict[str, dict[str, str]] = {CustomField.Type.TEXT: {}, CustomField.Type.NUMERIC: {"inputmode": "decimal"}}


def _input_of(field: CustomField) -> forms.Field:
    if field.type == CustomField.Type.DATE:
        return _day(field.name)
    if field.type in _TYPED:
        widget = forms.TextInput(attrs={"autocomplete": "off", **_TYPED[field.type]})
        return forms.CharField(label=field.name, required=False, max_length=MAX_CHARS, widget=widget)
    switch = [("1", pgettext_lazy("value of a switch", "Yes")), ("0", pgettext_lazy("value of a switch", "No"))]
    choices = [(option, option) for option in field.options] or switch
    return forms.ChoiceField(label=field.name, required=False, choices=[("", _("Any")), *choices])


class BulkForm(forms.Form):
    """What the dialogs offer for the chosen cards."""

    person = forms.ChoiceField(label=_("Responsible"), required=False)
    to_stage = forms.ChoiceField(label=_("Stage"), required=False, choices=stage_choices)

    def __init__(self, member: Membership) -> None:
        super().__init__(initial={"person": member.pk})
        self.fields["person"].choices = [("", _("Nobody")), *people_choices()]  # type: ignore[attr-defined]
