"""Background work on stored mail."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from accounts.tenancy import every_account, tenant
from mailboxes.models import Mailbox
from threads import lead_on_reply, purging
from threads.models import ThreadLead
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


@shared_task
def make_lead(account_id: int, row_id: int) -> None:
    """E01. Does nothing when it is made already."""
    with tenant(account_id):
        lead_on_reply.make_lead(row_id)


@shared_task(expires=60)
def make_due_leads() -> None:
    """Beat, every minute: what a lost message would have started."""
    with every_account("leads of answered threads"):
        due = list(ThreadLead.objects.filter(is_due=True).values_list("account_id", "pk"))
    for account_id, row_id in due:
        make_lead.delay(account_id, row_id)


@shared_task
def purge_deleted(account_id: int, mailbox_id: int) -> None:
    """K63. A long one, and one that somebody works on, goes on with the next sweep."""
    with tenant(account_id):
        purging.purge_mailbox(mailbox_id, now=timezone.now())


@shared_task(expires=600)
def purge_due() -> None:
    """Beat, every ten minutes."""
    for account_id, mailbox_id in purging.count_due(timezone.now()):
        purge_deleted.apply_async((account_id, mailbox_id), expires=600)
