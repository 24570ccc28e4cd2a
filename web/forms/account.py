"""Forms about the account itself: its name and limits, and its stores."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.account_settings import MOST_COLLECTING, AccountChanges
from accounts.models import Account
from crm.stores import MAX_NAME
from web.forms.people import timezone_choices


class AccountForm(forms.Form):
    """What administrators set for everybody."""

    name = forms.CharField(
        label=pgettext_lazy("company or lead", "Name"),
        max_length=100,
        help_text=_("People see it when they are invited, and where they belong to several accounts."),
    )
    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)
    timezone = forms.ChoiceField(label=_("Time zone"), choices=timezone_choices)
    collecting_limit = forms.IntegerField(
        label=_("Shared mailboxes that collect mail"),
        min_value=0,
        max_value=MOST_COLLECTING,
        help_text=_(
            "The most that can be connected; 0 means as many as you like. Personal mailboxes and those that only send "
            "do not count."
        ),
    )

    def __init__(self, *args: Any, account: Account, **kwargs: Any) -> None:
        initial = {name: getattr(account, name) for name in self.base_fields}
        super().__init__(*args, **{**kwargs, "initial": initial})

    def changes(self) -> AccountChanges:
        return AccountChanges(**self.cleaned_data)


class StoreForm(forms.Form):
    """The name of a store is all there is to it."""

    name = forms.CharField(
        label=pgettext_lazy("company or lead", "Name"),
        max_length=MAX_NAME,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
