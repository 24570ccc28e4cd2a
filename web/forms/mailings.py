"""Forms of mailings: what one says, and what may be done with it before it starts."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership
from automation.choice import usable_choice
from letter_templates.models import Template
from letter_templates.trigger_choice import read_strange
from mailkit.composed_html import image_ids
from outbox.drafts import DraftFile
from outbox.errors import LetterRefused
from outbox.mailings import MAX_NAME_CHARS, MailingValues, values_of
from outbox.models import Mailing
from outbox.requests import MAX_LINK_CHARS, MAX_LINKS, MAX_SUBJECT_CHARS
from web.senders import list_senders, sender_key

MOST_FILES_CHARS = 100_000
MOST_ID = 2**63 - 1
# Where the form's name is another one than that of MailingValues or LetterRequest.
NAMES = {"mailbox_id": "sender", "alias_id": "sender", "upload_ids": "body", "text": "body", "html": "body"}
AS_MAILBOX = (("", _("As the mailbox")), ("yes", _("Yes")), ("no", _("No")))
_SAID = {"": None, "yes": True, "no": False}
_TYPED = {said: typed for typed, said in _SAID.items()}


class MailingForm(forms.Form):
    """`file_list` and `triggers` are written by the script, as on the page of a template."""

    name = forms.CharField(
        label=_("Name"), max_length=MAX_NAME_CHARS, help_text=_("Only you and your colleagues see it.")
    )
    sender = forms.ChoiceField(label=_("From"), required=False)
    subject = forms.CharField(label=_("Subject"), required=False, max_length=MAX_SUBJECT_CHARS)
    format = forms.ChoiceField(choices=Template.Format.choices)
    body = forms.CharField(label=_("Text of the letter"), required=False, strip=False)
    file_list = forms.CharField(required=False, max_length=MOST_FILES_CHARS, widget=forms.HiddenInput)
    triggers = forms.JSONField(required=False, widget=forms.HiddenInput)
    attachment_url = forms.CharField(
        label=_("File by link"),
        required=False,
        max_length=(MAX_LINK_CHARS + 2) * MAX_LINKS,
        widget=forms.Textarea(attrs={"rows": 2, "spellcheck": "false", "placeholder": "https://"}),
        help_text=_(
            "Direct links, one a line. The files are fetched when a letter is sent. Fields may stand in a link."
        ),
    )
    without_signature = forms.BooleanField(label=_("No signature"), required=False)
    track_opens = forms.ChoiceField(label=_("See opens"), choices=AS_MAILBOX, required=False)
    track_links = forms.ChoiceField(label=_("See clicks"), choices=AS_MAILBOX, required=False)

    def __init__(self, *args: Any, member: Membership, mailing: Mailing, **kwargs: Any) -> None:
        super().__init__(*args, **{**kwargs, "initial": _initial(mailing)})
        self._member, self._mailing = member, mailing
        self.fields["sender"].choices = list(_senders(member, self.initial["sender"]))  # type: ignore[attr-defined]

    def values(self) -> MailingValues:
        given = self.cleaned_data
        mailbox, _colon, alias = given["sender"].partition(":")
        return MailingValues(
            **{name: given[name] for name in ("name", "subject", "format", "body", "attachment_url")},
            mailbox_id=int(mailbox) if mailbox else None,
            alias_id=int(alias) if alias else None,
            template_id=self._mailing.template_id,
            with_signature=not given["without_signature"],
            track_opens=_SAID[given["track_opens"]],
            track_links=_SAID[given["track_links"]],
            triggers=usable_choice(self._member, read_strange(given["triggers"])),
            files=self.files_listed(),
        )

    def files_listed(self) -> list[DraftFile]:
        """Without pictures that were taken out of the text."""
        standing = image_ids(self.cleaned_data.get("body", ""))
        listed: list[DraftFile] = self.cleaned_data.get("file_list", [])
        return [file for file in listed if not file.content_id or file.content_id in standing]

    def add_refusal(self, error: LetterRefused) -> None:
        """Where the person can mend it."""
        name = NAMES.get(error.field, error.field)
        self.add_error(name if name in self.fields else None, error.message)

    def clean_file_list(self) -> list[DraftFile]:
        """What is not written by our script names no file."""
        try:
            listed = json.loads(self.cleaned_data["file_list"] or "[]")
            files = [DraftFile(int(file["upload"]), str(file.get("content_id", ""))) for file in listed]
            return [file for file in files if 0 < file.upload_id <= MOST_ID]
        except (ValueError, TypeError, KeyError, AttributeError):
            return []


class StartForm(forms.Form):
    """The last question. Who ticks `read` has read the warnings."""

    read = forms.BooleanField(required=False)
    without_blanks = forms.BooleanField(required=False)


def _initial(mailing: Mailing) -> dict[str, Any]:
    values = values_of(mailing)
    return {
        **{name: getattr(values, name) for name in ("name", "subject", "format", "body", "attachment_url")},
        "sender": sender_key(values.mailbox_id, values.alias_id),
        "without_signature": not values.with_signature,
        "track_opens": _TYPED[values.track_opens],
        "track_links": _TYPED[values.track_links],
        "triggers": mailing.triggers,
        "file_list": json.dumps([{"upload": file.upload_id, "content_id": file.content_id} for file in values.files]),
    }


def _senders(member: Membership, chosen: str) -> Iterable[tuple[str, Any]]:
    senders = list_senders(member)
    yield "", _("Choose a sender")
    for sender in senders:
        yield sender.key, f"{sender.name} · {sender.address}"
    if chosen not in ("", *(sender.key for sender in senders)):
        yield chosen, _("A mailbox that you may not send from any more")
