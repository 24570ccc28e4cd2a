"""Forms of templates: making one, writing it, importing several."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.mailer import may_use_mailer
from accounts.models import Membership
from automation.choice import usable_choice
from automation.errors import CycleFound
from letter_templates.errors import PartRefused, ValueRefused
from letter_templates.models import Template
from letter_templates.requests import (
    MAX_LINK_CHARS,
    MAX_LINKS,
    MAX_NAME_CHARS,
    MAX_SEND_TO_CHARS,
    MAX_SUBJECT_CHARS,
    FileValues,
    TemplateFields,
    fields_of,
    file_values,
)
from letter_templates.trigger_choice import TriggerChoice, read_choice, read_strange
from mailkit.composed_html import image_ids
from outbox.errors import LetterRefused
from outbox.template_files import GivenFile, values_of_uploads
from web.senders import Sender, list_senders, sender_key

RESPONSIBLE = "responsible"
MOST_FILES_CHARS = 100_000
# Where the form's name is another one than that of TemplateFields.
NAMES = {"from_mailbox": "sender", "from_alias": "sender", "from_responsible": "sender"}


class NewTemplateForm(forms.Form):
    name = forms.CharField(
        label=pgettext_lazy("template", "Name"),
        max_length=MAX_NAME_CHARS,
        widget=forms.TextInput(attrs={"autofocus": True}),
    )
    format = forms.ChoiceField(
        label=_("Write it as"),
        choices=[
            (Template.Format.VISUAL, _("Visual: as in any mail program")),
            (Template.Format.HTML, _("HTML: a layout of your own")),
            (Template.Format.TEXT, _("Plain text")),
        ],
        widget=forms.RadioSelect,
        initial=Template.Format.VISUAL,
    )


class ImportForm(forms.Form):
    CLASHES = (
        ("rename", _("Keep both: the new one gets a number")),
        ("replace", _("Replace mine")),
        ("skip", _("Leave it out")),
    )

    file = forms.FileField(label=_("File"), widget=forms.FileInput(attrs={"accept": ".zip"}))
    clash = forms.ChoiceField(label=_("If there is one of this name already"), choices=CLASHES)


MOST_ID = 2**63 - 1


class TemplateForm(forms.Form):
    """`file_list` is written by the script: what goes with the letter. A negative number is a file that it has. So is
    `triggers`, as letter_templates.trigger_choice has it; who does not use the Mailer has no such field.
    """

    name = forms.CharField(label=pgettext_lazy("template", "Name"), max_length=MAX_NAME_CHARS)
    sender = forms.ChoiceField(label=_("From"), required=False)
    send_to = forms.CharField(
        label=_("Where to send"),
        required=False,
        max_length=MAX_SEND_TO_CHARS,
        help_text=_("Left empty, it goes to the client. Else to these addresses, or those of a field."),
    )
    subject = forms.CharField(label=_("Subject"), required=False, max_length=MAX_SUBJECT_CHARS)
    format = forms.ChoiceField(choices=Template.Format.choices)
    body = forms.CharField(label=_("Text of the letter"), required=False, strip=False)
    file_list = forms.CharField(required=False, max_length=MOST_FILES_CHARS, widget=forms.HiddenInput)
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
    is_public = forms.BooleanField(
        label=_("Public"),
        required=False,
        help_text=_("All users of the account can use it, each with their own signature."),
    )
    owner = forms.ChoiceField(label=pgettext_lazy("template", "Owner"), required=False)
    triggers = forms.JSONField(required=False, widget=forms.HiddenInput)
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, member: Membership, template: Template, **kwargs: Any) -> None:
        super().__init__(*args, **{**kwargs, "initial": _initial(template)})
        self._member, self._template = member, template
        self.cycle: CycleFound | None = None
        senders = list_senders(member)
        self.fields["sender"].choices = list(_sender_choices(senders, self.initial["sender"]))  # type: ignore[attr-defined]
        if member.is_admin:
            active = Membership.objects.filter(is_active=True).select_related("user").order_by("user__name", "id")
            self.fields["owner"].choices = [(str(one.pk), one.name) for one in active]  # type: ignore[attr-defined]
        else:
            del self.fields["owner"]
        if not may_use_mailer(member):
            del self.fields["triggers"]

    def values(self) -> TemplateFields:
        """Raises UnknownUpload, TooLarge."""
        given = self.cleaned_data
        mailbox_id, alias_id = _read_sender(given["sender"])
        return TemplateFields(
            **{name: given[name] for name in ("name", "format", "subject", "body", "send_to", "attachment_url")},
            **{name: given[name] for name in ("without_signature", "is_public")},
            from_mailbox_id=mailbox_id,
            from_alias_id=alias_id,
            from_responsible=given["sender"] == RESPONSIBLE,
            owner_id=int(given["owner"]) if given.get("owner") else None,
            files=tuple(self._files()),
            triggers=self._triggers(),
        )

    def add_refusal(self, error: PartRefused | ValueRefused | LetterRefused) -> None:
        """Where the person can mend it. A circle is shown step by step, not as a line."""
        if isinstance(error, CycleFound):
            self.cycle = error
        field = error.part if isinstance(error, PartRefused) else error.field
        name = NAMES.get(field, field)
        self.add_error(name if name in self.fields else None, error.message)

    def clean_file_list(self) -> list[tuple[int, str]]:
        """Numbers with Content-IDs. What is not written by our script names no file."""
        try:
            listed = json.loads(self.cleaned_data["file_list"] or "[]")
            files = [(int(file["upload"]), str(file.get("content_id", ""))) for file in listed]
            return [file for file in files if abs(file[0]) <= MOST_ID]
        except (ValueError, TypeError, KeyError, AttributeError):
            return []

    def chosen_triggers(self) -> dict[str, Any]:
        """As the script has them: what was typed, or what is stored."""
        typed = self["triggers"].value() if "triggers" in self.fields else None
        if not isinstance(typed, str):
            return typed or {}
        try:
            return read_strange(json.loads(typed or "{}")).to_json()
        except ValueError:
            return {}

    def _triggers(self) -> TriggerChoice:
        """What it has stays with who may not choose."""
        if "triggers" not in self.fields:
            return read_choice(self._template.triggers)
        return usable_choice(self._member, read_strange(self.cleaned_data["triggers"]))

    def _files(self) -> Iterable[FileValues]:
        """Without pictures that were taken out of the text."""
        own = {file.pk: file_values(file) for file in self._template.files.all()}
        standing = image_ids(self.cleaned_data["body"])
        for number, content_id in self.cleaned_data["file_list"]:
            if content_id and content_id not in standing:
                continue
            if number > 0:
                yield from values_of_uploads(self._member, [GivenFile(number, content_id)])
            elif -number in own:
                yield own[-number]


def _initial(template: Template) -> dict[str, Any]:
    fields = fields_of(template)
    names = ("name", "send_to", "subject", "format", "body", "attachment_url", "without_signature", "is_public")
    key = sender_key(fields.from_mailbox_id, fields.from_alias_id)
    return {
        **{name: getattr(fields, name) for name in names},
        "sender": RESPONSIBLE if fields.from_responsible else key,
        "owner": str(template.owner_id or ""),
        "version": template.version,
        "triggers": template.triggers,
        "file_list": json.dumps([{"upload": -file.pk, "content_id": file.content_id} for file in template.files.all()]),
    }


def _sender_choices(senders: list[Sender], chosen: str) -> Iterable[tuple[str, Any]]:
    yield "", _("Whoever sends it")
    yield RESPONSIBLE, _("The responsible user of the card")
    for sender in senders:
        yield sender.key, f"{sender.name} · {sender.address}"
    if chosen not in ("", RESPONSIBLE, *(sender.key for sender in senders)):
        yield chosen, _("The mailbox that its owner chose")


def _read_sender(key: str) -> tuple[int | None, int | None]:
    mailbox, _colon, alias = key.partition(":")
    return (int(mailbox), int(alias) if alias else None) if mailbox.isdigit() else (None, None)
