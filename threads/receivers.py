"""Listens to the rooms below."""

from __future__ import annotations

import logging

from django.dispatch import receiver
from kombu.exceptions import OperationalError

from crm.models import Contact
from crm.signals import contact_addresses_changed
from mailboxes.models import Mailbox
from mailboxes.signals import grouping_changed, mailbox_given_up
from threads.erasing import note_removed
from threads.linking import relink_contact
from threads.tasks import regroup

logger = logging.getLogger(__name__)


@receiver(contact_addresses_changed, dispatch_uid="threads")
def link_stored_mail(contact: Contact, **_kwargs: object) -> None:
    """G02, in the transaction that changes the card."""
    relink_contact(contact)


@receiver(mailbox_given_up, dispatch_uid="threads.note_removed")
def note_who_could_see(mailbox: Mailbox, **_kwargs: object) -> None:
    """K64, in the transaction that gives it up."""
    note_removed(mailbox)


@receiver(grouping_changed, dispatch_uid="threads")
def start_regrouping(account_id: int, mailbox_id: int, **_kwargs: object) -> None:
    try:
        regroup.delay(account_id, mailbox_id)
    except OperationalError:  # the broker is away: `regroup_due` will see to it
        logger.warning("regrouping not started", extra={"mailbox": mailbox_id})
