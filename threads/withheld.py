"""Letters that lie in Deleted of personal mailboxes which nobody shares with the administrators (K63).

An administrator learns that there is one, whose it is and when it was deleted, and can give it back to its owner: he
never learns what is in it.
"""

from __future__ import annotations

from django.db import transaction
from django.db.models import QuerySet

from accounts.errors import NotAllowed
from accounts.ids import row_number
from accounts.models import Membership
from accounts.notices import notify
from mailboxes.models import Mailbox
from threads.deleted import not_over
from threads.errors import MessageNotFound
from threads.models import Message
from threads.querysets import MessageQuerySet
from threads.services import restore

RESTORED = "message.restored"  # to the owner of its mailbox
SHOWN = ("pk", "deleted_at", "mailbox__owner__user__name", "mailbox__owner__user__email")  # and nothing else


def list_withheld(member: Membership) -> QuerySet[Message]:
    """Id, time and owner alone; the faces bring them in order. Nothing for others than administrators."""
    return _withheld_from(member).select_related("mailbox__owner__user").only(*SHOWN)


@transaction.atomic
def restore_withheld(member: Membership, message_id: int | str) -> None:
    """Back to its owner, who is told. Raises NotAllowed, MessageNotFound."""
    if not member.is_admin:
        raise NotAllowed
    wanted = _withheld_from(member).filter(pk=row_number(message_id))
    letter = wanted.select_related("mailbox__owner").only("mailbox__owner").first()
    if letter is None or not restore(member, wanted):
        raise MessageNotFound
    if letter.mailbox.owner:
        notify([letter.mailbox.owner], RESTORED, message=letter.pk)


def _withheld_from(member: Membership) -> MessageQuerySet:
    personal = Mailbox.objects.filter(kind=Mailbox.Kind.PERSONAL).exclude(state=Mailbox.State.REMOVING)
    if not (member.is_admin and member.is_active):
        return Message.objects.none()
    hidden = personal.exclude(pk__in=Mailbox.objects.visible_to(member).values("pk"))
    return Message.objects.filter(not_over(), mailbox__in=hidden)
