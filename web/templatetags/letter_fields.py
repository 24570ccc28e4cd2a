"""Merge fields in a picker."""

from __future__ import annotations

from collections.abc import Mapping

from django import template

from web.field_words import labeled, labels_for

register = template.Library()


@register.filter
def value_of(values: Mapping[str, str], name: str) -> str:
    """A dotted name cannot be looked up by the template language itself."""
    return values.get(name, "")


@register.filter
def with_labels(text: str) -> str:
    """Its merge fields by their labels."""
    return labeled(text, labels_for([text]))
