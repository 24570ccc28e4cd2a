"""The field of a signature: a visual editor with merge fields and a preview; a plain text area without scripts."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.urls import reverse

from letter_templates.errors import TemplateRefused
from letter_templates.fields import SENDER_GROUPS
from letter_templates.signatures import MAX_CHARS, checked_signature, is_html
from web.templatetags.editor_tools import SIGNATURE_TOOLS


class SignatureArea(forms.Textarea):
    """`preview_mailbox`: whose fields the preview fills in; None: the member's own."""

    template_name = "settings/parts/signature.html"
    preview_mailbox: int | None = None

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:  # noqa: ANN401
        query = f"?mailbox={self.preview_mailbox}" if self.preview_mailbox else ""
        facts = {
            "groups": SENDER_GROUPS,
            "tools": SIGNATURE_TOOLS,
            "is_html": is_html(value or ""),
            "preview_url": reverse("signature_preview") + query,
        }
        return {**super().get_context(name, value, attrs), **facts}


class SignatureField(forms.CharField):
    """Cleaned, and sure to be renderable."""

    widget = SignatureArea

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=MAX_CHARS, required=False, **kwargs)

    def clean(self, value: Any) -> str:  # noqa: ANN401  (what a browser sends)
        typed = super().clean(value)
        try:
            return checked_signature(typed)
        except TemplateRefused as error:
            raise ValidationError(error.message, code=error.reason) from error
