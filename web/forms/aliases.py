"""The form that asks for another address of a mailbox."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from mailboxes.aliases import MAX_NAME


class AliasForm(forms.Form):
    """What recipients are to see."""

    address = forms.CharField(
        label=_("Email address"),
        max_length=320,
        help_text=_("A link goes there. Once it is opened and confirmed, letters can be sent from the address."),
        widget=forms.TextInput(attrs={"inputmode": "email", "autocapitalize": "none", "spellcheck": "false"}),
    )
    name = forms.CharField(
        label=_("Name shown to recipients"),
        max_length=MAX_NAME,
        required=False,
        help_text=_("Left empty: the name of the mailbox."),
    )
