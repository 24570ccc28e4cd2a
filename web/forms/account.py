"""Forms about the account itself: its name and limits, and its stores."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.account_settings import MOST_COLLECTING, AccountChanges
from accounts.models import Account
from accounts.slugs import MAX_KEPT_DAYS, SmartAddresses, next_addresses, smart_addresses_of
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

    owners_see_deleted = forms.BooleanField(
        label=_("Owners see what they deleted"),
        required=False,
        help_text=_(
            "In their personal mailboxes. Administrators see Deleted of shared mailboxes, whatever is set here."
        ),
    )

    track_opens = forms.BooleanField(
        label=_("See when letters are opened"),
        required=False,
        help_text=_("By a hidden image in a letter. Machines load it too; they are told apart where we can."),
    )
    track_links = forms.BooleanField(
        label=_("See when links are followed"),
        required=False,
        help_text=_("Links of a letter then lead through our server. Trigger links always do."),
    )

    keep_old_addresses_days = forms.IntegerField(
        label=_("Keep the old addresses for, days"),
        min_value=0,
        max_value=MAX_KEPT_DAYS,
        required=False,
        initial=0,
        help_text=_("0: they are refused at once. Nobody else ever gets them."),
    )
    confirmed_name = forms.CharField(required=False, widget=forms.HiddenInput)  # that people have seen what it changes

    def __init__(self, *args: Any, account: Account, **kwargs: Any) -> None:
        self.account = account
        initial = {name: getattr(account, name) for name in self.base_fields if hasattr(account, name)}
        super().__init__(*args, **{**kwargs, "initial": initial})

    @property
    def new_addresses(self) -> SmartAddresses | None:
        """Those that a valid form would give the account; None while they stay."""
        new = next_addresses(self.account, self.cleaned_data["name"].strip())
        return new if new != smart_addresses_of(self.account.slug) else None

    @property
    def is_confirmed(self) -> bool:
        """The dialog says so first (K48)."""
        is_seen = self.cleaned_data["confirmed_name"] == self.cleaned_data["name"]
        return is_seen or self.new_addresses is None

    def changes(self) -> AccountChanges:
        given = {name: value for name, value in self.cleaned_data.items() if name != "confirmed_name"}
        return AccountChanges(**given)


class StoreForm(forms.Form):
    """The name of a store is all there is to it."""

    name = forms.CharField(
        label=pgettext_lazy("company or lead", "Name"),
        max_length=MAX_NAME,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
