"""The dialog that writes to the people of ticked rows."""

from __future__ import annotations

from collections.abc import Sequence

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from outbox.requests import MAX_SUBJECT_CHARS, LetterRequest
from web.senders import Sender


class WriteForm(forms.Form):
    """Words with merge fields; what each person gets is filled in."""

    sender = forms.ChoiceField(label=_("From"))
    subject = forms.CharField(label=_("Subject"), max_length=MAX_SUBJECT_CHARS)
    text = forms.CharField(
        label=_("Text"),
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text=_("Fields such as {{contact.first_name}} are filled in for each person. The signature comes below."),
    )

    def __init__(self, senders: Sequence[Sender], typed: QueryDict | None) -> None:
        super().__init__(typed, auto_id="write_%s")
        self.senders = {sender.key: sender for sender in senders}
        words = [(key, f"{sender.name} <{sender.address}>") for key, sender in self.senders.items()]
        self.fields["sender"].choices = words  # type: ignore[attr-defined]

    def letter(self, undo_seconds: int) -> LetterRequest:
        """Without its recipients."""
        typed, sender = self.cleaned_data, self.senders[self.cleaned_data["sender"]]
        return LetterRequest(
            sender.mailbox_id,
            to=(),
            subject=typed["subject"],
            text=typed["text"],
            alias_id=sender.alias_id,
            merge_fields=True,
            undo_seconds=undo_seconds,
        )
