"""Background work on stored mail."""

from __future__ import annotations

from celery import shared_task

from accounts.tenancy import every_account, tenant
from mailboxes.models import Mailbox
from threads.regrouping import regroup_mailbox


@shared_task
def regroup(account_id: int, mailbox_id: int) -> None:
    """K33. Does nothing when somebody else has done it meanwhile."""
    with tenant(account_id):
        if mailbox := Mailbox.objects.filter(pk=mailbox_id, needs_regrouping=True).first():
            regroup_mailbox(mailbox)


@shared_task
def regroup_due() -> None:
    """The sweep: what a lost message would have started."""
    with every_account("mailboxes to regroup"):
        wanting = Mailbox.objects.filter(needs_regrouping=True).exclude(state=Mailbox.State.REMOVING)
        due = list(wanting.values_list("account_id", "pk"))
    for account_id, mailbox_id in due:
        regroup.delay(account_id, mailbox_id)
