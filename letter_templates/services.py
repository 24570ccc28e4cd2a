"""What people and programs do with templates: make, change, copy and delete them, and use them for a letter."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, replace

from django.core.files.storage import default_storage
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.audit import record
from accounts.errors import NotAllowed
from accounts.ids import NO_ROW
from accounts.mailer import may_use_mailer
from accounts.models import Membership
from letter_templates.access import get_own_template_for, get_template_for
from letter_templates.errors import TemplateChanged, ValueRefused
from letter_templates.models import Template, TemplateFile
from letter_templates.requests import (
    MAX_NAME_CHARS,
    TemplateFields,
    checked_fields,
    fields_of,
    file_values,
)
from letter_templates.signals import files_dropped, template_deleting, template_saved
from letter_templates.stored_files import hold_upload_name
from letter_templates.trigger_choice import NO_TRIGGERS, TriggerChoice, check_may_choose
from letter_templates.using import (
    TemplateParts,
    TemplateSender,
    resolve_send_to,
    resolve_sender,
    use_template,
)
from mailboxes.models import Mailbox, SenderAlias

__all__ = [
    "TemplateFields",
    "TemplateParts",
    "TemplateSender",
    "create_template",
    "delete_template",
    "duplicate_template",
    "resolve_send_to",
    "resolve_sender",
    "save_template",
    "use_template",
]


def create_template(member: Membership, fields: TemplateFields) -> Template:
    """Its owner is the member, unless an administrator names another. Raises ValueRefused, PartRefused, NotAllowed."""
    checked = checked_fields(fields)
    template = Template(owner=member)
    with transaction.atomic():
        _write(member, template, checked)
        record(member, "template.created", target=template, name=template.name)
    return _reread(template)


def save_template(
    member: Membership, template_id: int | str, fields: TemplateFields, version: int | None = None
) -> Template:
    """`version` is the one that was read; None overwrites whatever there is. Raises TemplateNotFound, TemplateChanged,
    ValueRefused, PartRefused, NotAllowed.
    """
    get_own_template_for(member, template_id)
    checked = checked_fields(fields)
    with transaction.atomic():
        template = _lock(member, template_id)
        if version is not None and version != template.version:
            raise TemplateChanged(template)
        template.version += 1
        _write(member, template, checked)
        record(member, "template.changed", target=template, name=template.name)
    return _reread(template)


@transaction.atomic
def delete_template(member: Membership, template_id: int | str) -> None:
    """Letters that were made from it stay as they are. Raises TemplateNotFound, TemplateInUse."""
    template = _lock(member, template_id)
    template_deleting.send(Template, template=template)
    names = _storage_names(template)
    record(member, "template.deleted", target=template, name=template.name)
    template.delete()
    _drop(names)


@transaction.atomic
def duplicate_template(member: Membership, template_id: int | str) -> Template:
    """A copy of the member's own, seen by nobody else; without triggers for who may not use them. Raises
    TemplateNotFound.
    """
    fields = fields_of(get_template_for(member, template_id))
    name = _("%(name)s (copy)") % {"name": fields.name[: MAX_NAME_CHARS - 20]}
    fields = replace(fields, name=name, is_public=False, owner_id=None)
    if not Mailbox.objects.sendable_by(member).filter(pk=fields.from_mailbox_id or NO_ROW).exists():
        fields = replace(fields, from_mailbox_id=None, from_alias_id=None)
    if not may_use_mailer(member):
        fields = replace(fields, triggers=NO_TRIGGERS)
    copy = Template(owner=member)
    _write(member, copy, fields)
    record(member, "template.created", target=copy, name=copy.name)
    return _reread(copy)


def _lock(member: Membership, template_id: int | str) -> Template:
    """Held until the caller's transaction ends, and still the member's then. Raises TemplateNotFound."""
    template = get_own_template_for(member, template_id)
    Template.objects.select_for_update().filter(pk=template.pk).first()
    return get_own_template_for(member, template.pk)


def _reread(template: Template) -> Template:
    """With its files of now, whoever may see it now."""
    return Template.objects.for_list().get(pk=template.pk)


def _write(member: Membership, template: Template, fields: TemplateFields) -> None:
    _check_sender(member, template, fields)
    _set_owner(member, template, fields.owner_id)
    template.name, template.format = fields.name, fields.format
    template.subject, template.body = fields.subject, fields.body
    template.from_mailbox_id, template.from_alias_id = fields.from_mailbox_id, fields.from_alias_id
    template.from_responsible = fields.from_responsible
    template.send_to, template.attachment_url = fields.send_to, fields.attachment_url
    template.without_signature, template.is_public = fields.without_signature, fields.is_public
    _set_triggers(member, template, fields.triggers)
    template.save()
    _set_files(template, fields)
    template_saved.send(Template, template=template)


def _set_triggers(member: Membership, template: Template, choice: TriggerChoice) -> None:
    """What is chosen already may stay, whoever saves. Raises NotAllowed (M01)."""
    if choice.to_json() == template.triggers:
        return
    check_may_choose(member, choice)
    template.triggers = choice.to_json()


def _check_sender(member: Membership, template: Template, fields: TemplateFields) -> None:
    """What is chosen already may stay: an administrator who mends a text need not send from the owner's mailbox."""
    if fields.from_responsible and fields.from_mailbox_id:
        raise ValueRefused("from_responsible", _("Choose a mailbox, or that of the responsible user; not both."))
    if fields.from_alias_id and not fields.from_mailbox_id:
        raise ValueRefused("from_alias", _("Choose the mailbox of this address too."))
    if (fields.from_mailbox_id, fields.from_alias_id) == (template.from_mailbox_id, template.from_alias_id):
        return
    if fields.from_mailbox_id and not Mailbox.objects.sendable_by(member).filter(pk=fields.from_mailbox_id).exists():
        raise ValueRefused("from_mailbox", _("Choose a mailbox that you may send from."))
    confirmed = SenderAlias.objects.filter(mailbox=fields.from_mailbox_id, confirmed_at__isnull=False)
    if fields.from_alias_id and not confirmed.filter(pk=fields.from_alias_id).exists():
        raise ValueRefused("from_alias", _("Choose an address of this mailbox that was confirmed."))


def _set_owner(member: Membership, template: Template, owner_id: int | None) -> None:
    """Only administrators give a template to somebody else (M48)."""
    if owner_id is None or owner_id == template.owner_id:
        return
    if not member.is_admin and owner_id != member.pk:
        raise NotAllowed(_("Only administrators change the owner of a template."))
    owner = Membership.objects.filter(pk=owner_id, is_active=True).first()
    if owner is None:
        raise ValueRefused("owner", _("Choose an active user of this account."))
    template.owner = owner


def _set_files(template: Template, fields: TemplateFields) -> None:
    """Unchanged, they keep their ids."""
    if tuple(map(file_values, template.files.order_by("position"))) == tuple(fields.files):
        return
    before = _storage_names(template)
    wanted = {file.storage_name for file in fields.files}
    _hold(wanted - before)
    TemplateFile.objects.filter(template=template).delete()
    TemplateFile.objects.bulk_create(
        TemplateFile(template=template, position=position, **asdict(file)) for position, file in enumerate(fields.files)
    )
    _drop(before - wanted)


def _hold(names: Iterable[str]) -> None:
    """Files that were uploaded a while ago may be gone, or go just now."""
    for name in sorted(names):
        hold_upload_name(name)
        if not default_storage.exists(name):
            raise ValueRefused("attachments", _("An attached file is no longer here. Attach it again."))


def _storage_names(template: Template) -> set[str]:
    if template.pk is None:
        return set()
    return set(TemplateFile.objects.filter(template=template).values_list("storage_name", flat=True))


def _drop(names: Iterable[str]) -> None:
    if names:
        files_dropped.send(TemplateFile, names=sorted(names))
