"""Whether the server of a mailbox may be asked at all, and words for when it may not."""

from __future__ import annotations

from django.utils.translation import gettext as _

from mailboxes.errors import WrongState
from mailboxes.models import Mailbox

State = Mailbox.State


def check_may_ask(mailbox: Mailbox) -> None:
    """A sign-in that was refused may be tried once more when a person says so. Raises WrongState."""
    if words := _why_not(mailbox):
        raise WrongState(words, state=mailbox.state)


def check_may_fetch(mailbox: Mailbox) -> None:
    """For a letter that is nowhere else. Raises WrongState."""
    check_may_ask(mailbox)
    if mailbox.state == State.NEEDS_LOGIN:
        raise WrongState(
            _("The letter is only on the mail server. Sign in to this mailbox again."), state=mailbox.state
        )


def _why_not(mailbox: Mailbox) -> str:
    if mailbox.state == State.PAUSED:
        return _("This mailbox is paused. Resume it first.")
    if mailbox.is_stopped:
        return _("This mailbox is disconnected. Reconnect it: enter its password, or sign in again.")
    return "" if mailbox.can_receive else _("This mailbox has no server for incoming mail.")
