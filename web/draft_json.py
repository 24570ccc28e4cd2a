"""A letter that is being written, as the compose script reads and writes it (static/web/js/compose.js).

Times are local ("2026-05-04T09:00", of the writer's time zone); a sender is "mailbox" or "mailbox:alias".
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils import timezone

from letter_templates.models import Template
from letter_templates.trigger_choice import read_strange
from outbox.drafts import DraftFields, DraftFile, fields_of
from outbox.models import Draft, Upload
from outbox.writing_to_each import Chosen
from web.mail_address import whole_number
from web.senders import sender_key

SHOWN_PICTURES = ("image/png", "image/jpeg", "image/gif", "image/webp")  # not SVG, which is a document


class MalformedDraft(ValueError):
    """Not what our script sends."""


@dataclass(frozen=True, slots=True)
class FileFacts:
    """An upload as the screen shows it. `content_id`: it stands in the text as a picture."""

    upload_id: int
    name: str
    size: int
    content_type: str
    content_id: str = ""

    @classmethod
    def of(cls, upload: Upload, content_id: str = "") -> FileFacts:
        return cls(upload.pk, upload.filename, upload.size, upload.content_type, content_id)

    def as_json(self) -> dict[str, Any]:
        is_picture = self.content_type in SHOWN_PICTURES
        return {
            "upload": self.upload_id,
            "name": self.name,
            "size": self.size,
            "content_id": self.content_id,
            "url": reverse("upload_picture", args=[self.upload_id]) if is_picture else "",
        }


def fields_json(fields: DraftFields, files: Sequence[FileFacts] = ()) -> dict[str, Any]:
    return {
        "sender": sender_key(fields.mailbox_id, fields.alias_id),
        "to": list(fields.to),
        "cc": list(fields.cc),
        "bcc": list(fields.bcc),
        "to_each": None if fields.to_each is None else [_chosen_json(one) for one in fields.to_each],
        "subject": fields.subject,
        "format": fields.format,
        "body": fields.body,
        "quote_text": fields.quote_text,
        "quote_html": fields.quote_html,
        "attachment_url": fields.attachment_url,
        "with_signature": fields.with_signature,
        "reply_to_message": fields.reply_to_message_id,
        "forward_message": fields.forward_message_id,
        "template": fields.template_id,
        "contact": fields.contact_id,
        "lead": fields.lead_id,
        "send_at": local_text(fields.send_at),
        "attachments": [file.as_json() for file in files],
        "triggers": fields.triggers.to_json(),
        "track_opens": fields.track_opens,
        "track_links": fields.track_links,
    }


def _chosen_json(one: Chosen) -> dict[str, int | None]:
    return {"contact": one.contact_id, "lead": one.lead_id}


def draft_json(draft: Draft) -> dict[str, Any]:
    files = [FileFacts.of(row.upload, row.content_id) for row in draft.attachments.all()]
    return {**saved_json(draft), "fields": fields_json(fields_of(draft), files)}


def saved_json(draft: Draft) -> dict[str, Any]:
    """Where the draft lies, and as which version."""
    urls = {name: reverse(f"draft_{name}", args=[draft.pk]) for name in ("save", "send", "delete")}
    return {"id": draft.pk, "version": draft.version, "urls": urls}


def read_json(body: bytes | str) -> dict[str, Any]:
    """Raises MalformedDraft."""
    try:
        payload = json.loads(body)
    except ValueError as error:
        raise MalformedDraft("no JSON") from error
    if not isinstance(payload, dict):
        raise MalformedDraft("no object")
    return payload


def read_fields(payload: dict[str, Any]) -> DraftFields:
    """Raises MalformedDraft."""
    mailbox, _colon, alias = _text(payload, "sender").partition(":")
    form = _text(payload, "format")
    if form not in Template.Format.values:
        raise MalformedDraft("format")
    return DraftFields(
        mailbox_id=whole_number(mailbox),
        alias_id=whole_number(alias),
        to=_texts(payload, "to"),
        cc=_texts(payload, "cc"),
        bcc=_texts(payload, "bcc"),
        to_each=read_chosen(payload),
        subject=_text(payload, "subject"),
        format=form,
        body=_text(payload, "body"),
        quote_text=_text(payload, "quote_text"),
        quote_html=_text(payload, "quote_html"),
        attachment_url=_text(payload, "attachment_url"),
        with_signature=payload.get("with_signature") is not False,
        reply_to_message_id=_number(payload, "reply_to_message"),
        forward_message_id=_number(payload, "forward_message"),
        template_id=_number(payload, "template"),
        contact_id=_number(payload, "contact"),
        lead_id=_number(payload, "lead"),
        send_at=read_local(_text(payload, "send_at")),
        attachments=[_file(file) for file in _list(payload, "attachments")],
        triggers=read_strange(payload.get("triggers")),
        track_opens=_switch(payload, "track_opens"),
        track_links=_switch(payload, "track_links"),
    )


def read_chosen(payload: dict[str, Any]) -> list[Chosen] | None:
    """Those that a letter to each goes to; None: it is none. Raises MalformedDraft."""
    if payload.get("to_each") is None:
        return None
    return [_chosen(one) for one in _list(payload, "to_each")]


def local_text(at: datetime | None) -> str:
    return timezone.localtime(at).strftime("%Y-%m-%dT%H:%M") if at else ""


def read_local(text: str) -> datetime | None:
    """Raises MalformedDraft."""
    if not text:
        return None
    try:
        return timezone.make_aware(datetime.fromisoformat(text).replace(tzinfo=None))
    except (ValueError, OverflowError) as error:
        raise MalformedDraft("send_at") from error


def _file(payload: Any) -> DraftFile:  # noqa: ANN401  (JSON)
    if not isinstance(payload, dict):
        raise MalformedDraft("attachments")
    upload_id = _number(payload, "upload")
    if upload_id is None:
        raise MalformedDraft("attachments")
    return DraftFile(upload_id, _text(payload, "content_id")[:100])


def _chosen(payload: Any) -> Chosen:  # noqa: ANN401  (JSON)
    contact_id = _number(payload, "contact") if isinstance(payload, dict) else None
    if contact_id is None:
        raise MalformedDraft("to_each")
    return Chosen(contact_id, _number(payload, "lead"))


def _text(payload: dict[str, Any], name: str) -> str:
    value = payload.get(name, "")
    if not isinstance(value, str):
        raise MalformedDraft(name)
    return value


def _switch(payload: dict[str, Any], name: str) -> bool | None:
    """None: as the mailbox."""
    value = payload.get(name)
    return value if isinstance(value, bool) else None


def _texts(payload: dict[str, Any], name: str) -> list[str]:
    values = _list(payload, name)
    if not all(isinstance(value, str) for value in values):
        raise MalformedDraft(name)
    return values


def _list(payload: dict[str, Any], name: str) -> list[Any]:
    value = payload.get(name, [])
    if not isinstance(value, list):
        raise MalformedDraft(name)
    return value


def _number(payload: dict[str, Any], name: str) -> int | None:
    value = payload.get(name)
    return whole_number(str(value)) if isinstance(value, (int, str)) and not isinstance(value, bool) else None
