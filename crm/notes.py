"""Notes on cards: write, change, delete. What members write on a card every member reads; its author keeps it."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.audit import record
from accounts.errors import NotAllowed
from accounts.models import Membership
from crm.cards import on_card
from crm.errors import ValueRefused
from crm.models import Card, Note

MAX_TEXT = 20_000


def create_note(card: Card, text: str, *, author: Membership | None) -> Note:
    """Without an author a rule of the account wrote it. Raises ValueRefused."""
    return Note.objects.create(**on_card(card), text=_checked(text), author=author)


@transaction.atomic
def change_note(member: Membership, note: Note, text: str) -> Note:
    """Raises NotAllowed, ValueRefused."""
    _check_own(member, note)
    checked = _checked(text)
    if checked != note.text:
        note.text, note.changed_at = checked, timezone.now()
        note.save(update_fields=["text", "changed_at"])
    return note


@transaction.atomic
def delete_note(member: Membership, note: Note) -> None:
    """Raises NotAllowed."""
    _check_own(member, note)
    if note.author_id != member.pk:
        record(member, "note.deleted", target=note)
    note.delete()


def may_change(member: Membership, note: Note) -> bool:
    return member.is_admin or note.author_id == member.pk


def _check_own(member: Membership, note: Note) -> None:
    if not may_change(member, note):
        raise NotAllowed(_("A note is changed by who wrote it, or by an administrator."))


def _checked(typed: str) -> str:
    text = typed.replace("\0", "").replace("\r\n", "\n").strip()
    if not text or len(text) > MAX_TEXT:
        raise ValueRefused("text", _("Enter a text of at most %(most)d characters.") % {"most": MAX_TEXT})
    return text
