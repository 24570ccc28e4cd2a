"""Forms of importing cards: the file, and what its columns are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.csv_columns import columns_of
from crm.csv_import import ImportSettings, mapping_of
from crm.models import CardImport

NAMES: Mapping[str, str | Promise] = {
    "contact": _("Contacts"),
    "company": _("Companies"),
    "lead": _("Leads"),
    "customer": _("Customers"),
}


class UploadForm(forms.Form):
    file = forms.FileField(
        label=_("File"),
        help_text=_("CSV, at most 20 MB. Its first line names the columns."),
        widget=forms.FileInput(attrs={"accept": ".csv,.tsv,.txt,text/csv"}),
    )


class MappingForm(forms.Form):
    """A select box for each column, `column-NUMBER`."""

    matching = forms.ChoiceField(
        label=_("If there is such a card already"), choices=CardImport.Matching.choices, widget=forms.RadioSelect
    )

    def __init__(self, data: Mapping[str, Any] | None, row: CardImport) -> None:
        mapping = mapping_of(row)
        columns = {f"column-{number}": mapping.get(number, "") for number in range(len(row.columns))}
        super().__init__(data, initial={"matching": row.matching, **columns})
        choices: list[tuple[str, Any]] = [("", pgettext_lazy("column of a file", "Leave out"))]
        choices += [(column.key, column.label) for column in columns_of(row.entity)]
        for number, name in enumerate(row.columns):
            label = name or _("Column %(number)d") % {"number": number + 1}
            self.fields[f"column-{number}"] = forms.ChoiceField(label=label, choices=choices, required=False)

    def values(self) -> ImportSettings:
        given = self.cleaned_data
        chosen = {name.removeprefix("column-"): key for name, key in given.items() if name.startswith("column-")}
        mapping = {int(number): key for number, key in chosen.items() if key}
        return ImportSettings(mapping=mapping, matching=given["matching"])
