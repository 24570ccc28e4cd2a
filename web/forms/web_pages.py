"""Forms of web pages for clients (M110-M117)."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from letter_templates.errors import PartRefused, ValueRefused
from letter_templates.models import Template
from pages.models import Page
from pages.requests import (
    MAX_HEADER_CHARS,
    MAX_NAME_CHARS,
    MAX_TITLE_CHARS,
    MOST_CACHE_SECONDS,
    MOST_DAYS,
    PageFields,
    fields_of,
)
from web.forms.trigger_lines import TriggerLinesField

PLAIN = {"autocomplete": "off", "spellcheck": "false"}


class PageForm(forms.Form):
    name = forms.CharField(label=pgettext_lazy("web page", "Name"), max_length=MAX_NAME_CHARS)
    header = forms.CharField(
        label=_("Page header"),
        required=False,
        max_length=MAX_HEADER_CHARS,
        help_text=_("What the client's browser shows in the tab. Fields may stand in it."),
    )
    title = forms.CharField(
        label=_("Page title"),
        required=False,
        max_length=MAX_TITLE_CHARS,
        widget=forms.TextInput(attrs={**PLAIN, "placeholder": "spring-offer"}),
        help_text=_("The end of the address, such as spring-offer."),
    )
    format = forms.ChoiceField(choices=Template.Format.choices)
    body = forms.CharField(label=_("Text of the page"), required=False, strip=False)
    lifetime_days = forms.IntegerField(
        label=_("Lifetime in days"),
        required=False,
        min_value=1,
        max_value=MOST_DAYS,
        help_text=_("From when a link is made. Empty: for ever."),
    )
    cache_seconds = forms.IntegerField(
        label=_("Cache time in seconds"),
        required=False,
        min_value=0,
        max_value=MOST_CACHE_SECONDS,
        help_text=_("So long the page stays as it was shown. 0: it always has the data of now."),
    )
    subdomain = forms.ChoiceField(label=_("Subdomain"), required=False)
    metrica_id = forms.CharField(
        label=_("Metrica counter"),
        required=False,
        max_length=20,
        widget=forms.TextInput(attrs={**PLAIN, "inputmode": "numeric", "placeholder": "12345678"}),
    )
    gtm_id = forms.CharField(
        label=_("Google Tag Manager ID"),
        required=False,
        max_length=20,
        widget=forms.TextInput(attrs={**PLAIN, "placeholder": "GTM-AB12CDE"}),
        help_text=_("What you load by it sees the address of the page, and may run any script there."),
    )
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, page: Page, labels: list[str], **kwargs: Any) -> None:
        fields = fields_of(page)
        initial = {name: getattr(fields, name) for name in PageFields.__slots__}
        super().__init__(*args, **{**kwargs, "initial": {**initial, "version": page.version}})
        self.fields["on_open"] = TriggerLinesField(label=_("When the page is opened"))
        known = [*labels, *([page.subdomain] if page.subdomain and page.subdomain not in labels else [])]
        self.fields["subdomain"].choices = [("", _("None")), *((label, label) for label in known)]  # type: ignore[attr-defined]

    def values(self) -> PageFields:
        given = self.cleaned_data
        names = ("name", "header", "title", "format", "body", "lifetime_days", "subdomain", "metrica_id", "gtm_id")
        return PageFields(
            **{name: given[name] for name in names},
            cache_seconds=given["cache_seconds"] or 0,
            on_open=given["on_open"],
        )

    def add_refusal(self, error: PartRefused | ValueRefused) -> None:
        """Where the person can mend it."""
        field = error.part if isinstance(error, PartRefused) else error.field
        self.add_error(field if field in self.fields else None, error.message)


class SubdomainForm(forms.Form):
    label = forms.CharField(
        label=_("Subdomain"),
        max_length=63,
        widget=forms.TextInput(attrs={**PLAIN, "placeholder": "offers", "autocapitalize": "off"}),
    )
