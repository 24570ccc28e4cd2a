"""Merge fields where people read them: by their labels, as in the editor."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from letter_templates.fields import picker_labels
from letter_templates.rendering import has_fields

_FIELD = re.compile(r"\{\{\s*([\w.]{1,100})[^{}]{0,200}\}\}")


def labels_for(texts: Iterable[str]) -> Mapping[str, str]:
    """Read once for many texts, and only if one of them has a field."""
    return picker_labels() if any(has_fields(text) for text in texts) else {}


def labeled(text: str, labels: Mapping[str, str]) -> str:
    return _FIELD.sub(lambda found: labels.get(found[1], found[1]), text)
