"""Listens to the rooms below."""

from __future__ import annotations

import logging

from django.dispatch import receiver
from kombu.exceptions import OperationalError

from crm.models import Contact
from crm.signals import contact_addresses_changed, contacts_imported, contacts_merging
from mailboxes.models import Mailbox
from mailboxes.signals import grouping_changed, mailbox_given_up, private_letter
from threads.erasing import note_removed
from threads.linking import hold_cards, link_contacts, relink_contact
from threads.models import ThreadLead
from threads.purging import bury_unsent
from threads.signals import message_filed
from threads.tasks import make_lead, regroup

logger = logging.getLogger(__name__)


@receiver(contact_addresses_changed, dispatch_uid="threads")
def link_stored_mail(contact: Contact, **_kwargs: object) -> None:
    """G02, in the transaction that changes the card."""
    relink_contact(contact)


@receiver(contacts_imported, dispatch_uid="threads.link_imported")
def link_mail_of_imported(contact_ids: list[int], **_kwargs: object) -> None:
    """G02, for all of them in one statement."""
    link_contacts(contact_ids)


@receiver(contacts_merging, dispatch_uid="threads.hold_cards")
def wait_for_filing(**_kwargs: object) -> None:
    """A letter that is filed meanwhile would be linked to a contact that is just going."""
    hold_cards()


@receiver(message_filed, dispatch_uid="threads.make_leads")
def make_leads_of_replies(account_id: int, **_kwargs: object) -> None:
    """E01. `make_due_leads` will see to what is not started here."""
    try:
        for row_id in ThreadLead.objects.filter(is_due=True).values_list("pk", flat=True):
            make_lead.delay(account_id, row_id)
    except OperationalError:
        logger.warning("leads not made yet", extra={"account": account_id})


@receiver(mailbox_given_up, dispatch_uid="threads.note_removed")
def note_who_could_see(mailbox: Mailbox, **_kwargs: object) -> None:
    """K64, in the transaction that gives it up."""
    note_removed(mailbox)


@receiver(private_letter, dispatch_uid="threads.bury_private_letter")
def bury_private_letter(mailbox: Mailbox, message_id: str, **_kwargs: object) -> None:
    """In Sent it is taken for a letter of ours that is gone for good."""
    bury_unsent(mailbox, message_id)


@receiver(grouping_changed, dispatch_uid="threads")
def start_regrouping(account_id: int, mailbox_id: int, **_kwargs: object) -> None:
    try:
        regroup.delay(account_id, mailbox_id)
    except OperationalError:  # the broker is away: `regroup_due` will see to it
        logger.warning("regrouping not started", extra={"mailbox": mailbox_id})
