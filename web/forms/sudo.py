"""The form that asks a signed-in person for the password once more."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import get_adapter
from allauth.core import ratelimit
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from web.members import MemberRequest

PASSWORD_FIELD = "sudo_password"  # noqa: S105  (a name of its own: the carried form may have a field "password")


class ConfirmForm(forms.Form):
    """Guesses are counted by allauth, with those of its own pages."""

    sudo_password = forms.CharField(
        label=_("Your password"),
        strip=False,
        max_length=1000,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password", "autofocus": True}),
    )

    def __init__(self, *args: Any, request: MemberRequest, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.request = request

    def clean_sudo_password(self) -> str:
        given: str = self.cleaned_data["sudo_password"]
        if not ratelimit.consume(self.request, action="reauthenticate", user=self.request.user):
            raise ValidationError(_("Too many tries. Wait a minute."))
        if not get_adapter().reauthenticate(self.request.user, given):
            raise ValidationError(_("That is not your password."))
        return given
