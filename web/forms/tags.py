"""The name of a tag, or of a kind of tasks, is all there is to it."""

from __future__ import annotations

from django import forms
from django.utils.translation import pgettext_lazy

from crm.tags import MAX_NAME


class NameForm(forms.Form):
    name = forms.CharField(
        label=pgettext_lazy("company or lead", "Name"),
        max_length=MAX_NAME,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
