"""The form that disconnects a mailbox."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from mailboxes.disconnecting import Emails


class DisconnectForm(forms.Form):
    """Nothing is chosen beforehand. The address is typed for deleting only."""

    emails = forms.ChoiceField(
        label=_("What happens to its emails"),
        choices=[(Emails.KEEP.value, _("Keep emails")), (Emails.DELETE.value, _("Delete emails"))],
        widget=forms.RadioSelect,
        error_messages={"required": _("Say whether the emails are kept or deleted.")},
    )
    confirm = forms.CharField(
        label=_("Type the address of the mailbox to delete its emails"),
        required=False,
        max_length=320,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}),
    )
