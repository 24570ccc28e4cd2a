"""The account's default mailbox: it sends where no other is named (M41). A shared one, chosen by administrators."""

from __future__ import annotations

from django.utils.translation import gettext as _

from accounts.errors import NotAllowed
from accounts.models import Account, Membership
from accounts.tenancy import current_account_id
from mailboxes.errors import SettingRefused
from mailboxes.models import Mailbox


def check_default(member: Membership, mailbox: Mailbox, wanted: bool | None) -> None:
    """Raises NotAllowed, SettingRefused."""
    if wanted is None or wanted == mailbox.is_account_default:
        return
    if not member.is_admin:
        raise NotAllowed(_("Only administrators choose the default mailbox of the account."))
    if wanted and mailbox.kind != Mailbox.Kind.SHARED:
        raise SettingRefused("is_account_default", _("Only a shared mailbox can send for everybody."))


def give_up_others() -> None:
    """There is one. Holds the account's row until the transaction ends, so that two administrators take turns."""
    Account.objects.select_for_update().get(pk=current_account_id())
    Mailbox.objects.filter(is_account_default=True).update(is_account_default=False)
