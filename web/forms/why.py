"""“Why is this mail not here?”: by an address or by a Message-ID. The two look alike, so the person says which."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from sync.why import Question

BY = [("address", _("Address")), ("message_id", _("Message-ID"))]


class WhyForm(forms.Form):
    """One question about one mailbox."""

    by = forms.ChoiceField(label=_("Look for"), choices=BY)
    value = forms.CharField(
        label=_("Address or Message-ID"),
        max_length=1000,
        widget=forms.TextInput(
            attrs={
                "autocomplete": "off",
                "autocapitalize": "none",
                "spellcheck": "false",
                "placeholder": "client@example.com",
            }
        ),
    )

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        if given.get("by") == "address" and "value" in given and "@" not in given["value"]:
            self.add_error("value", _("Enter an email address such as name@example.com."))
        return given

    def question(self) -> Question:
        return Question.of(**{self.cleaned_data["by"]: self.cleaned_data["value"]})
