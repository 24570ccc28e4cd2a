"""The form of a trigger link (M80-M83)."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.numbers import MOST_CHOSEN
from automation.links import MAX_URL, LinkValues
from automation.triggers import MAX_NAME
from letter_templates.errors import ValueRefused
from tracking.models import TriggerLink
from web.forms.trigger_lines import TriggerLinesField


class TriggerLinkForm(forms.Form):
    """The number is chosen once, when the link is made."""

    name = forms.CharField(label=_("Name"), max_length=MAX_NAME, widget=forms.TextInput(attrs={"autocomplete": "off"}))
    redirect_url = forms.CharField(
        label=_("Where it leads"),
        max_length=MAX_URL,
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "url", "placeholder": "https://", "autocomplete": "off"}),
        help_text=_("Empty: to a page that says thank you."),
    )
    once = forms.BooleanField(
        label=_("Only the first time, for each card"),
        required=False,
        help_text=_("Following it again leads to the same page, and starts nothing."),
    )
    number = forms.IntegerField(
        label=_("Number"),
        min_value=1,
        max_value=MOST_CHOSEN,
        required=False,
        help_text=_("Empty: the next free one. Choose one to let letters of another system go on working."),
    )

    def __init__(self, *args: Any, link: TriggerLink | None = None, **kwargs: Any) -> None:
        initial = {name: getattr(link, name) for name in ("name", "redirect_url", "once", "triggers")} if link else {}
        super().__init__(*args, **{**kwargs, "initial": initial})
        self.fields["triggers"] = TriggerLinesField(label=_("Triggers"))
        if link:
            del self.fields["number"]

    def values(self) -> LinkValues:
        given = self.cleaned_data
        return LinkValues(
            name=given["name"],
            once=given["once"],
            redirect_url=given["redirect_url"],
            triggers=given["triggers"],
            number=given.get("number"),
        )

    def add_refusal(self, error: ValueRefused) -> None:
        self.add_error(error.field if error.field in self.fields else None, error.message)
