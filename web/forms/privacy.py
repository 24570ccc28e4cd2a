"""Forms that bring mail in, and that erase people."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _


class MailImportForm(forms.Form):
    file = forms.FileField(
        label=_("File"),
        allow_empty_file=True,  # what is wrong with it is said by privacy.importing
        widget=forms.FileInput(attrs={"accept": ".mbox,.mbx,.eml,message/rfc822,application/mbox"}),
    )


class EraseForm(forms.Form):
    """The name is typed, so that nobody is erased by a slip of the hand."""

    confirm = forms.CharField(
        label=_("Type the name of the contact"),
        max_length=201,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}),
    )
