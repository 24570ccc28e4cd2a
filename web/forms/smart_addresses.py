"""How the smart addresses behave."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import Account, Membership
from accounts.smart_settings import NOBODY, SmartChanges, default_responsible


class SmartAddressesForm(forms.Form):
    """What administrators set."""

    smart_senders = forms.ChoiceField(
        label=_("Who may write to them"),
        choices=Account.SmartSenders.choices,
        widget=forms.RadioSelect,
        help_text=_(
            "Letters of others are refused, or kept without making cards. With “users” and with a list, the sender "
            "must be verified too: else anybody could write in a user’s name."
        ),
    )
    smart_allowed = forms.CharField(
        label=_("Allowed addresses and domains"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 4, "spellcheck": "false", "autocapitalize": "none"}),
        help_text=_("One in each line, such as partner@example.com or example.com."),
    )
    default_responsible = forms.ChoiceField(
        label=_("Responsible for cards from strangers’ letters"),
        help_text=_("When a user sends the letter, that user is responsible."),
    )
    smart_bcc_creates = forms.BooleanField(
        label=_("Hidden copies make cards too"),
        required=False,
        help_text=_("Otherwise the address must stand visibly in To or Cc."),
    )

    def __init__(self, *args: Any, account: Account, **kwargs: Any) -> None:
        chosen = default_responsible()
        initial = {
            "smart_senders": account.smart_senders,
            "smart_allowed": "\n".join(account.smart_allowed),
            "smart_bcc_creates": account.smart_bcc_creates,
            "default_responsible": str(chosen.pk if chosen else NOBODY),
        }
        super().__init__(*args, **{**kwargs, "initial": initial})
        members = Membership.objects.filter(is_active=True).select_related("user").order_by("user__name", "pk")
        people = [(str(member.pk), member.name) for member in members]
        self.fields["default_responsible"].choices = [(str(NOBODY), _("The first administrator")), *people]  # type: ignore[attr-defined]

    def changes(self) -> SmartChanges:
        given = self.cleaned_data
        return SmartChanges(
            smart_bcc_creates=given["smart_bcc_creates"],
            smart_senders=given["smart_senders"],
            smart_allowed=given["smart_allowed"].splitlines(),
            default_responsible=int(given["default_responsible"]),
        )
