"""What is chosen before somebody signs in at their mail provider's page (K03, K04)."""

from __future__ import annotations

from typing import Any

from django import forms

from mailboxes.errors import SettingRefused
from mailboxes.models import Mailbox
from mailboxes.oauth import SignInRequest
from web.forms.mailboxes import ChoicesForm


class SignInForm(ChoicesForm):
    """The address may be left out: it is that of who signs in."""

    provider = forms.CharField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["address"].required = False

    def request(self) -> SignInRequest:
        given = self.cleaned_data
        return SignInRequest(
            provider=given["provider"],
            kind=given["kind"],
            address=given["address"].strip(),
            display_name=given["display_name"],
            first_import=given["first_import"] or Mailbox.FirstImport.RECENT,
            owner_id=self.owner.pk if self.owner else None,
        )

    def refuse(self, error: SettingRefused) -> None:
        """Beside its field, if that can be seen."""
        self.add_error(error.field if error.field in ("address", "kind", "first_import") else None, error.message)
