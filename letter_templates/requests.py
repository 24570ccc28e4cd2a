"""A template as a person or a program gives it, checked before anything is stored."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, replace

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _

from letter_templates.errors import PartRefused, TemplateRefused, ValueRefused
from letter_templates.fields import names
from letter_templates.models import Template, TemplateFile
from letter_templates.rendering import check, has_fields
from letter_templates.trigger_choice import NO_TRIGGERS, TriggerChoice, read_choice
from mailkit.addresses import AddressRefused, parse_typed_address

MAX_NAME_CHARS = 150
MAX_SUBJECT_CHARS = 2_000  # with its fields; what is left of them must fit a letter's subject
MAX_SEND_TO_CHARS = 1_000
MAX_LINKS = 10
MAX_LINK_CHARS = 2_000
MAX_FILES = 100
PARTS = ("subject", "body", "send_to", "attachment_url")  # those that may hold merge fields
_SEPARATOR = re.compile(r"[,;\n]")
_is_link = URLValidator(schemes=["http", "https"])


@dataclass(frozen=True, slots=True)
class FileValues:
    """A file of a template. Its bytes lie in storage already."""

    filename: str
    content_type: str
    size: int  # bytes
    storage_name: str
    content_id: str = ""  # of an image that stands in the text


@dataclass(frozen=True, slots=True)
class TemplateFields:
    """A template, whole. `owner_id` None: whoever makes it, or the owner it has."""

    name: str
    format: str = Template.Format.VISUAL
    subject: str = ""
    body: str = ""
    from_mailbox_id: int | None = None
    from_alias_id: int | None = None
    from_responsible: bool = False
    send_to: str = ""
    attachment_url: str = ""
    without_signature: bool = False
    is_public: bool = False
    owner_id: int | None = None
    files: tuple[FileValues, ...] = ()
    triggers: TriggerChoice = NO_TRIGGERS


def fields_of(template: Template) -> TemplateFields:
    """As it is stored: what is changed in part is replaced in this."""
    return TemplateFields(
        name=template.name,
        format=template.format,
        subject=template.subject,
        body=template.body,
        from_mailbox_id=template.from_mailbox_id,
        from_alias_id=template.from_alias_id,
        from_responsible=template.from_responsible,
        send_to=template.send_to,
        attachment_url=template.attachment_url,
        without_signature=template.without_signature,
        is_public=template.is_public,
        owner_id=template.owner_id,
        files=tuple(map(file_values, template.files.all())),
        triggers=read_choice(template.triggers),
    )


def file_values(file: TemplateFile) -> FileValues:
    return FileValues(file.filename, file.content_type, file.size, file.storage_name, file.content_id)


def checked_fields(fields: TemplateFields) -> TemplateFields:
    """As they are stored. Merge fields are compiled and run, which may take seconds: never in a transaction.

    Raises ValueRefused, PartRefused.
    """
    checked = replace(
        fields,
        name=one_line("name", fields.name, MAX_NAME_CHARS),
        subject=one_line("subject", fields.subject, MAX_SUBJECT_CHARS),
        body=checked_body(fields.body),
        send_to=_checked_send_to(fields.send_to),
        attachment_url=_checked_links(fields.attachment_url),
    )
    if not checked.name:
        raise ValueRefused("name", _("Enter a name for the template."))
    if checked.format not in Template.Format.values:
        raise ValueRefused("format", _("Choose visual, HTML or plain text."))
    _check_files(checked.files)
    _check_merge_fields(checked)
    return checked


def addresses_in(send_to: str) -> list[str]:
    """The addresses of a "where to send", one each. Raises AddressRefused."""
    found = list(filter(None, map(str.strip, _SEPARATOR.split(send_to))))
    for typed in found:
        parse_typed_address(typed)
    return found


def one_line(field: str, typed: str, most: int) -> str:
    """Raises ValueRefused."""
    plain = unicodedata.normalize("NFC", typed).strip()
    if any(unicodedata.category(char) in ("Cc", "Cs", "Zl", "Zp") for char in plain):
        raise ValueRefused(field, _("This must be one line, without line breaks or control characters."))
    if len(plain) > most:
        raise ValueRefused(field, _("Enter at most %(most)d characters.") % {"most": most})
    return plain


def checked_body(body: str) -> str:
    """NUL goes: PostgreSQL cannot hold it. HTML stays as it is typed: it is cleaned when its fields are filled in,
    because cleaning takes `href="{{ lead.LINK }}"` for a wrong link. Raises ValueRefused.
    """
    plain = body.replace("\0", "").encode("utf-8", "replace").decode()
    if len(plain.encode()) > settings.BODY_MAX_BYTES:
        limit = filesizeformat(settings.BODY_MAX_BYTES)
        raise ValueRefused("body", _("The text is larger than %(limit)s. Shorten it.") % {"limit": limit})
    return plain


def _checked_send_to(typed: str) -> str:
    plain = one_line("send_to", typed, MAX_SEND_TO_CHARS)
    if has_fields(plain):
        return plain  # which addresses these are is known when the letter is made
    try:
        addresses_in(plain)
    except AddressRefused as error:
        words = _("“%(typed)s” is not an email address. Leave this empty to write to the client.")
        raise ValueRefused("send_to", words % {"typed": plain[:100]}) from error
    return plain


def _checked_links(typed: str) -> str:
    """One link a line; a field may stand for any part of it, or for the whole."""
    links = list(filter(None, map(str.strip, typed.splitlines())))
    if len(links) > MAX_LINKS:
        raise ValueRefused("attachment_url", _("Enter at most %(most)d links.") % {"most": MAX_LINKS})
    return "\n".join(_checked_link(link) for link in links)


def _checked_link(link: str) -> str:
    plain = one_line("attachment_url", link, MAX_LINK_CHARS)
    try:
        if not has_fields(plain):
            _is_link(plain)
        elif not plain.lower().startswith(("http://", "https://", "{{", "{%")):
            raise ValidationError(plain)
    except ValidationError as error:
        words = _("“%(link)s” is not a direct link to a file. It begins with https://.")
        raise ValueRefused("attachment_url", words % {"link": plain[:100]}) from error
    return plain


def _check_files(files: tuple[FileValues, ...]) -> None:
    if len(files) > MAX_FILES:
        raise ValueRefused("attachments", _("Attach at most %(most)d files.") % {"most": MAX_FILES})
    if sum(file.size for file in files) > settings.TEMPLATE_FILES_MAX_BYTES:
        limit = filesizeformat(settings.TEMPLATE_FILES_MAX_BYTES)
        words = _("The files of a template are larger than %(limit)s together. Take some off, or give a link.")
        raise ValueRefused("attachments", words % {"limit": limit})


def _check_merge_fields(fields: TemplateFields) -> None:
    known = names()
    for part in PARTS:
        try:
            check(getattr(fields, part), known)
        except TemplateRefused as error:
            raise PartRefused(part, error) from error
