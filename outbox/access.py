"""The only way a face gets an outgoing letter or an upload."""

from __future__ import annotations

from accounts.models import Membership
from outbox.errors import MailNotFound
from outbox.models import OutgoingMail


def get_mail_for(member: Membership, mail_id: int | str) -> OutgoingMail:
    """One of a mailbox that the member writes with. Raises MailNotFound."""
    plain = str(mail_id)
    if plain.isascii() and plain.isdigit() and len(plain) < 19:  # ids are opaque to clients: others name nothing
        mine = OutgoingMail.objects.visible_to(member).select_related("mailbox")
        mail: OutgoingMail | None = mine.filter(pk=int(plain)).first()
        if mail is not None:
            return mail
    raise MailNotFound
