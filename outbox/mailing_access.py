"""The only way a face gets a mailing. Before it starts it is its author's alone, as any draft is; from then on it
concerns the letters of a mailbox, and whoever reads those sees it.
"""

from __future__ import annotations

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from accounts.errors import NotAllowed
from accounts.ids import row_number
from accounts.mailer import may_use_mailer
from accounts.models import Membership
from mailboxes.models import Mailbox
from outbox.errors import MailingNotFound, WrongState
from outbox.models import Mailing

State = Mailing.State


def check_mailer(member: Membership) -> None:
    """Raises NotAllowed."""
    if not may_use_mailer(member):
        raise NotAllowed(_("Only those who use the Mailer send mailings. Ask an administrator."))


def mailings_of(member: Membership) -> QuerySet[Mailing]:
    """Newest first. Raises NotAllowed."""
    check_mailer(member)
    own_draft = Q(state=State.DRAFT, author=member)
    begun = ~Q(state=State.DRAFT) & (Q(mailbox__in=Mailbox.objects.visible_to(member)) | Q(mailbox=None, author=member))
    rows = Mailing.objects.filter(own_draft | begun).select_related("author__user", "mailbox__account", "alias")
    return rows.order_by("-created_at", "-id")


def get_mailing_for(member: Membership, mailing_id: int | str) -> Mailing:
    """Raises NotAllowed, MailingNotFound."""
    mailing = mailings_of(member).filter(pk=row_number(mailing_id)).first()
    if mailing is None:
        raise MailingNotFound
    return mailing


def get_draft_of(member: Membership, mailing_id: int | str) -> Mailing:
    """One that has not started, locked in the caller's transaction. Raises NotAllowed, MailingNotFound, WrongState."""
    found = get_mailing_for(member, mailing_id)
    mailing = Mailing.objects.select_for_update(no_key=True).filter(pk=found.pk).first()
    if mailing is None:
        raise MailingNotFound
    if mailing.state != State.DRAFT:
        raise WrongState(_("The mailing has started. It can be paused or canceled, not changed."), state=mailing.state)
    return mailing
