"""Triggers by the number that people know them by: what files of templates name them with."""

from __future__ import annotations

from automation.models import Trigger


def numbers_by_id() -> dict[int, int]:
    return dict(Trigger.objects.values_list("pk", "number"))


def ids_by_number() -> dict[int, int]:
    return dict(Trigger.objects.values_list("number", "pk"))
