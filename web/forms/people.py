"""Forms of people about themselves: joining, the profile, their tokens. About others: web.forms.users."""

from __future__ import annotations

import zoneinfo
from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth import password_validation
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.members import ProfileChanges
from accounts.models import ApiToken, Membership, User
from accounts.tokens import allowed_scopes
from web.forms.signatures import SignatureField


def timezone_choices() -> list[tuple[str, str]]:
    """Places, not the abbreviations and aliases that the database also holds."""
    areas = ("Africa/", "America/", "Asia/", "Atlantic/", "Australia/", "Europe/", "Indian/", "Pacific/")
    names = sorted(name for name in zoneinfo.available_timezones() if name.startswith(areas))
    return [(name, name.replace("_", " ")) for name in ["UTC", *names]]


def undo_choices() -> list[tuple[int, str]]:
    """With what the settings of this installation say, so that the form never changes it by itself."""
    seconds = sorted({0, 5, 10, 20, 30, 60, settings.UNDO_SECONDS})
    words = {0: _("Off: letters go at once")}
    return [
        (each, str(words.get(each) or ngettext("%(count)s second", "%(count)s seconds", each) % {"count": each}))
        for each in seconds
    ]


class ProfileForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=150, widget=forms.TextInput(attrs={"autocomplete": "name"}))
    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)
    timezone = forms.ChoiceField(label=_("Time zone"), choices=timezone_choices)
    theme = forms.ChoiceField(label=_("Theme"), choices=User.Theme.choices)
    undo_seconds = forms.TypedChoiceField(
        label=_("Undo sending"),
        coerce=int,
        choices=undo_choices,
        help_text=_("For so long a letter waits, and you can still take it back."),
    )
    has_shortcuts = forms.BooleanField(
        label=_("Keyboard shortcuts"),
        required=False,
        help_text=_("Single keys do something in the mail screen, such as J, K and R. Press ? there to see them all."),
    )
    signature = SignatureField(
        label=_("Signature"), help_text=_("Ends every letter you write, whatever mailbox it leaves from.")
    )

    def changes(self) -> ProfileChanges:
        return ProfileChanges(**self.cleaned_data)


class TokenForm(forms.Form):
    """A key for programs. It can do at most what its member can."""

    LIFETIMES = (("30", _("30 days")), ("90", _("90 days")), ("365", _("A year")), ("0", _("Until it is revoked")))

    name = forms.CharField(label=_("What is it for?"), max_length=100)
    scopes = forms.MultipleChoiceField(label=_("What it may do"), widget=forms.CheckboxSelectMultiple)
    days = forms.ChoiceField(label=_("Works for"), choices=LIFETIMES, initial="90")

    def __init__(self, *args: Any, member: Membership, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        labels = dict(ApiToken.Scope.choices)
        self.fields["scopes"].choices = [(scope, labels[scope]) for scope in allowed_scopes(member)]  # type: ignore[attr-defined]

    def expires_at(self) -> datetime | None:
        days = int(self.cleaned_data["days"])
        return timezone.now() + timedelta(days=days) if days else None


class JoinForm(forms.Form):
    """Name and password of an invited person who is new here."""

    name = forms.CharField(
        label=_("Your name"), max_length=150, widget=forms.TextInput(attrs={"autocomplete": "name", "autofocus": True})
    )
    password = forms.CharField(
        label=_("Password"),
        strip=False,
        max_length=1000,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("At least 10 characters."),
    )

    def __init__(self, *args: Any, email: str, **kwargs: Any) -> None:
        self.email = email
        super().__init__(*args, **kwargs)

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        if given.get("password"):
            person = User(email=self.email, name=given.get("name", ""))
            try:
                password_validation.validate_password(given["password"], person)
            except ValidationError as error:
                self.add_error("password", error)
        return given
