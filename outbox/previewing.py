"""A letter as its reader will see it, before it is sent (M18): merge fields filled in, signed, with its quote."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from accounts.models import Membership
from crm.access import get_contact, get_lead
from crm.models import Contact, Lead
from letter_templates.errors import PartRefused
from letter_templates.fields import sender_values
from letter_templates.signatures import Signature, make_signature
from mailboxes.access import get_mailbox_for
from mailboxes.models import Mailbox
from mailboxes.outgoing import get_outgoing_for
from mailkit.addresses import AddressRefused, parse_typed_address
from mailkit.composed_html import clean_quote_html, image_ids
from mailkit.types import Address
from outbox.composing import sender_of
from outbox.draft_sending import without_lost
from outbox.drafts import DraftFields, letter_for
from outbox.errors import FieldsRefused
from outbox.merging import Quote, fill_in, fill_in_links, put_together, values_for, words_of
from outbox.models import Upload
from outbox.queueing import contact_with, get_alias_for
from outbox.requests import checked_body
from outbox.uploads import get_uploads
from outbox.writing_to_each import addressees_of


@dataclass(frozen=True, slots=True)
class PreviewFile:
    """A file that goes with the letter."""

    upload_id: int
    filename: str
    content_type: str
    size: int  # bytes


@dataclass(frozen=True, slots=True)
class Preview:
    """`html` is that of the letter, to be shown in a frame without scripts: images of its own stand in it as `cid:`.
    `quote_html`: the end of it, which others wrote. `images`: the uploads that stand in it, by Content-ID. `links`:
    files that are fetched when it is sent. `empty_fields`: have no value and no default.
    """

    subject: str
    html: str
    text: str
    empty_fields: tuple[str, ...]
    sender: Address | None  # None while no mailbox is chosen
    to: tuple[str, ...]
    cc: tuple[str, ...]
    attachments: tuple[PreviewFile, ...]
    images: dict[str, int]
    links: tuple[str, ...] = ()
    quote_html: str = ""


_CID = re.compile(r"""(\bsrc=["'])cid:([^"'<>]{1,200})(?=["'])""", re.IGNORECASE)


def preview(
    member: Membership, fields: DraftFields, *, contact: Contact | None = None, lead: Lead | None = None
) -> Preview:
    """With the fields of these cards, or else of those that the draft names; one to each as the first of them gets it.
    Raises NotFound, FieldsRefused, TooLarge,
    UnknownUpload, TemplateRefused (of the signature).
    """
    fields = without_lost(member, for_one(fields))
    mailbox = get_mailbox_for(member, fields.mailbox_id) if fields.mailbox_id else None
    contact, lead = _cards(fields, contact, lead)
    words = words_of(fields.format, subject=fields.subject, body=checked_body(fields.body))
    values = values_for(member, mailbox, contact=contact, lead=lead)
    try:
        filled = fill_in(words, values)
        links = fill_in_links(checked_body(fields.attachment_url), values)
    except PartRefused as error:
        raise FieldsRefused(error.part, error) from error
    signature = _signature(member, mailbox) if fields.with_signature else Signature()
    quote = Quote(fields.quote_text, clean_quote_html(checked_body(fields.quote_html)))
    whole = put_together(filled.words, signature, quote)
    uploads, images = _files(member, fields, whole.html)
    return Preview(
        subject=whole.subject,
        html=whole.html,
        text=whole.text,
        empty_fields=tuple(dict.fromkeys([*filled.empty_fields, *signature.empty_fields])),
        sender=_sender(member, mailbox, fields) if mailbox else None,
        to=tuple(fields.to),
        cc=tuple(fields.cc),
        attachments=tuple(PreviewFile(row.pk, row.filename, row.content_type, row.size) for row in uploads),
        images=images,
        links=tuple(links),
        quote_html=quote.html,
    )


def show_images(shown: Preview, url_of: Callable[[int], str]) -> str:
    """The HTML with its own images at addresses of ours; `url_of` gives that of an upload."""

    def replace(found: re.Match[str]) -> str:
        upload_id = shown.images.get(found[2])
        return f"{found[1]}{url_of(upload_id)}" if upload_id else found[0]

    return _CID.sub(replace, shown.html)


def for_one(fields: DraftFields, contact_id: int | None = None) -> DraftFields:
    """A letter to each as this contact gets it, or the first of them; any other as it is."""
    if fields.to_each is None:
        return fields
    people = addressees_of(fields.to_each).people
    chosen = next((one for one in people if one.contact_id == contact_id), None)
    return letter_for(fields, chosen or next(iter(people), None))


def _cards(fields: DraftFields, contact: Contact | None, lead: Lead | None) -> tuple[Contact | None, Lead | None]:
    """As when it is sent: without a card, the contact with the first address."""
    if contact or lead:
        return contact, lead
    contact = get_contact(fields.contact_id) if fields.contact_id else None
    lead = get_lead(fields.lead_id) if fields.lead_id else None
    if contact or lead or not fields.to:
        return contact, lead
    try:
        return contact_with(parse_typed_address(fields.to[0]).email), None
    except AddressRefused:  # it is still being typed
        return None, None


def _signature(member: Membership, mailbox: Mailbox | None) -> Signature:
    source = member.signature.strip() or (mailbox.signature if mailbox else "")
    return make_signature(source, sender_values(member, mailbox))


def _sender(member: Membership, mailbox: Mailbox, fields: DraftFields) -> Address:
    alias = get_alias_for(member, fields.alias_id) if fields.alias_id else None
    return sender_of(get_outgoing_for(member, mailbox), member, alias)


def _files(member: Membership, fields: DraftFields, html: str) -> tuple[list[Upload], dict[str, int]]:
    """Ordinary files, and images by Content-ID; without images that were taken out of the text."""
    standing = image_ids(html)
    ids = {file.upload_id: file.content_id for file in fields.attachments}
    uploads = get_uploads(member, list(ids))
    images = {ids[row.pk]: row.pk for row in uploads if ids[row.pk] in standing}
    return [row for row in uploads if not ids[row.pk]], images
