"""Forms about pipelines and their stages."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.errors import StillInUse, ValueRefused
from crm.models import Pipeline, Stage

MAX_NAME = 100


class PipelineForm(forms.Form):
    name = forms.CharField(label=pgettext_lazy("pipeline", "Name"), max_length=MAX_NAME)


class StageForm(forms.Form):
    name = forms.CharField(label=pgettext_lazy("pipeline", "Name"), max_length=MAX_NAME)
    kind = forms.ChoiceField(
        label=_("What it means"),
        choices=Stage.Kind.choices,
        help_text=_("Leads that are won or lost are closed."),
    )


class MoveForm(forms.Form):
    """Where the leads of what is deleted go. Without leads it asks nothing."""

    move_to = forms.ChoiceField(label=_("Move its leads to"))

    def __init__(self, *args: Any, leaving: set[int], count: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not count:
            del self.fields["move_to"]
            return
        self.fields["move_to"].choices = _stages_but(leaving)  # type: ignore[attr-defined]

    def is_done(self, delete: Callable[[Stage | None], None]) -> bool:
        """`delete` takes the chosen stage; what it refuses becomes an error of the form."""
        if not self.is_valid():
            return False
        chosen = self.cleaned_data.get("move_to")
        try:
            delete(Stage.objects.filter(pk=chosen).first() if chosen else None)
        except (StillInUse, ValueRefused) as error:
            self.add_error(None, str(error))
            return False
        return True

    @property
    def refusal(self) -> str:
        """What is wrong, in words."""
        return str(next(iter(self.errors.values()))[0])


def _stages_but(leaving: set[int]) -> list[tuple[str, list[tuple[int, str]]]]:
    pipelines = Pipeline.objects.prefetch_related("stages")
    groups = [
        (pipeline.name, [(stage.pk, stage.name) for stage in pipeline.stages.all() if stage.pk not in leaving])
        for pipeline in pipelines
    ]
    return [(name, stages) for name, stages in groups if stages]
