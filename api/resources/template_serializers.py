"""Templates on the wire."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers

from accounts.models import Membership
from api.domain_errors import field_error
from api.ids import IdField, RowIdField
from api.resources.letter_warnings import WarningsField
from api.resources.trigger_choice_field import TriggerChoiceSerializer
from letter_templates.models import Template, TemplateFile
from letter_templates.requests import FileValues, TemplateFields, file_values
from mailboxes.models import Mailbox
from outbox.template_files import GivenFile, values_of_uploads

MOST_FILES = 100
# Where the name on the wire is another one.
COLUMNS = {"from_mailbox": "from_mailbox_id", "from_alias": "from_alias_id", "owner": "owner_id"}


class SeenMailboxId(RowIdField):
    """The mailbox of a template; null where it is one that the asker may not know."""

    def get_attribute(self, instance: Template) -> int | None:
        seen: Collection[int] = self.context["seen_mailboxes"]
        return instance.from_mailbox_id if instance.from_mailbox_id in seen else None


class TemplateFileSerializer(serializers.Serializer[TemplateFile]):
    """`upload` for a new file, or `id` of one that the template has."""

    id = RowIdField(source="pk", required=False)
    upload = RowIdField(required=False, write_only=True)
    content_id = serializers.CharField(
        required=False, allow_blank=True, max_length=100, help_text='Of an image in the text: `src="cid:…"`.'
    )
    filename = serializers.CharField(read_only=True)
    content_type = serializers.CharField(read_only=True)
    size = serializers.IntegerField(read_only=True, help_text="Bytes.")


class TemplateSerializer(serializers.Serializer[Template]):
    """A letter to be sent many times. Fields such as `{{ contact.first_name }}`: see `fields/`."""

    id = IdField(source="pk")
    name = serializers.CharField(max_length=150)
    format = serializers.ChoiceField(Template.Format.choices, required=False)
    subject = serializers.CharField(required=False, allow_blank=True)
    body = serializers.CharField(required=False, allow_blank=True, trim_whitespace=False)
    from_mailbox = SeenMailboxId(required=False, allow_null=True, help_text="Null: whoever sends it.")
    from_alias = RowIdField(source="from_alias_id", required=False, allow_null=True)
    from_responsible = serializers.BooleanField(
        required=False, help_text="From the mailbox of the card's responsible user, else the account's default."
    )
    send_to = serializers.CharField(required=False, allow_blank=True, help_text="Blank: the client.")
    attachments = TemplateFileSerializer(
        source="files.all",
        many=True,
        required=False,
        max_length=MOST_FILES,  # type: ignore[call-arg]  # of the list
    )
    attachment_url = serializers.CharField(
        required=False, allow_blank=True, help_text="Direct links to files, one a line, fetched when a letter is sent."
    )
    without_signature = serializers.BooleanField(required=False)
    triggers = TriggerChoiceSerializer(required=False)
    warnings = WarningsField()
    is_public = serializers.BooleanField(required=False)
    owner = RowIdField(source="owner_id", required=False, allow_null=True, help_text="Changed by administrators.")
    version = serializers.IntegerField(read_only=True)
    created_at = serializers.DateTimeField(read_only=True)
    updated_at = serializers.DateTimeField(read_only=True)


class ForCardSerializer(serializers.Serializer[Any]):
    """Whose fields are filled in. Without a card they are empty."""

    contact = RowIdField(required=False, allow_null=True)
    lead = RowIdField(required=False, allow_null=True)


class TemplatePreviewSerializer(serializers.Serializer[Any]):
    """`problem` says what would keep it from being sent. Images of the text stand in `html` as `cid:`."""

    subject = serializers.CharField()
    html = serializers.CharField()
    text = serializers.CharField()
    empty_fields = serializers.ListField(child=serializers.CharField())
    sender = serializers.CharField(help_text="`Name <address>`; blank when nobody can send it.")
    to = serializers.ListField(child=serializers.CharField())
    problem = serializers.CharField()


class TemplateImportSerializer(serializers.Serializer[Any]):
    """`on_conflict`: what becomes of a template whose name is taken. `replace` changes one of your own."""

    file = serializers.FileField()
    on_conflict = serializers.ChoiceField(["rename", "replace", "skip"], default="rename")


class RefusedTemplateSerializer(serializers.Serializer[Any]):
    name = serializers.CharField()
    reason = serializers.CharField()


class ImportReportSerializer(serializers.Serializer[Any]):
    """Names of templates."""

    created = serializers.ListField(child=serializers.CharField())
    replaced = serializers.ListField(child=serializers.CharField())
    skipped = serializers.ListField(child=serializers.CharField())
    refused = RefusedTemplateSerializer(many=True)


def seen_mailboxes(member: Membership) -> set[int]:
    return set(Mailbox.objects.visible_to(member).values_list("pk", flat=True))


def changed_fields(
    member: Membership, before: TemplateFields, data: dict[str, Any], template: Template | None
) -> TemplateFields:
    """`before` with what a body changes. Raises ValidationError, UnknownUpload, TooLarge."""
    given = dict(data)
    files = given.pop("files", {}).get("all")
    changed = replace(before, **{COLUMNS.get(name, name): value for name, value in given.items()})
    return changed if files is None else replace(changed, files=tuple(_files(member, files, template)))


def _files(member: Membership, given: list[dict[str, Any]], template: Template | None) -> list[FileValues]:
    kept = {file.pk: file_values(file) for file in template.files.all()} if template else {}
    return [_file(member, kept, facts) for facts in given]


def _file(member: Membership, kept: dict[int, FileValues], facts: dict[str, Any]) -> FileValues:
    content_id = facts.get("content_id", "")
    if "upload" in facts:
        return values_of_uploads(member, [GivenFile(facts["upload"], content_id)])[0]
    if facts.get("pk") not in kept:
        raise field_error("attachments", _("Name a file of this template by its id, or a new one as upload."))
    values = kept[facts["pk"]]
    return replace(values, content_id=content_id) if "content_id" in facts else values
