"""What has to be known before the offer scenario is added (M73)."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from automation.links import MAX_URL
from automation.ready_made import OfferValues
from crm.models import Pipeline, Stage
from letter_templates.errors import ValueRefused


class OfferForm(forms.Form):
    """Which stage sends it, and where the offer lies."""

    stage = forms.ChoiceField(
        label=_("Send the offer to leads that come into"), help_text=_("Such as the stage after the first talk.")
    )
    offer_url = forms.CharField(
        label=_("Address of your offer"),
        max_length=MAX_URL,
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "url", "placeholder": "https://", "autocomplete": "off"}),
        help_text=_("A page or a file that everybody with the link can open. It can be filled in later."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        pipelines = Pipeline.objects.prefetch_related("stages")
        groups = [(line.name, [(str(stage.pk), stage.name) for stage in _open_stages(line)]) for line in pipelines]
        self.fields["stage"].choices = groups  # type: ignore[attr-defined]

    def values(self) -> OfferValues:
        stage = Stage.objects.select_related("pipeline").get(pk=self.cleaned_data["stage"])
        return OfferValues(stage, self.cleaned_data["offer_url"])

    def plan_values(self) -> OfferValues | None:
        """Enough to tell what would be added: the stage, if one is chosen."""
        stage_id = self.cleaned_data.get("stage")
        return OfferValues(Stage.objects.select_related("pipeline").get(pk=stage_id), "") if stage_id else None

    def add_refusal(self, error: ValueRefused) -> None:
        names = {"redirect_url": "offer_url", "stage": "stage"}
        self.add_error(names.get(error.field), error.message)


def _open_stages(pipeline: Pipeline) -> list[Stage]:
    return [stage for stage in pipeline.stages.all() if stage.kind == Stage.Kind.OPEN]
