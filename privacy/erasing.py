"""A contact erased everywhere in one step (G16): the card at once, letters in the background, within moments.

Administrators erase; what lies in personal mailboxes goes too, and is neither shown nor counted (K23). An address that
also stands on another card, or is one of ours, is not this person's alone: its letters stay.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _

import accounts.erasing
import crm.erasing
from accounts.audit import record
from accounts.errors import NotAllowed
from accounts.models import Membership
from accounts.notices import notify
from crm.errors import CardNotFound
from crm.models import Contact
from outbox.erasing import erase_answers_to, erase_recipient, erase_to
from pages.erasing import erase_links
from pages.form_answers import erase_answers_of
from privacy import orders
from privacy.account_export import delete_all
from privacy.errors import LeaseLost, NotConfirmed
from privacy.models import Erasure
from privacy.starting import start
from smart_addresses.erasing import erase_arrived
from threads.erasing_people import erase_letters, letters_of
from threads.own_addresses import own_address_keys

logger = logging.getLogger(__name__)

ERASED = "contact.erased"  # the notice: without a name


@dataclass(frozen=True, slots=True)
class ErasurePlan:
    """What would be erased, as far as the asking administrator may know of it."""

    letters: int
    leads: int
    customers: int
    tasks: int
    notes: int
    kept_addresses: Sequence[str]  # as typed: not this person's alone


def plan_erasure(member: Membership, contact: Contact) -> ErasurePlan:
    """Nothing is changed. Raises NotAllowed."""
    _check_allowed(member)
    erased, kept = _addresses_of(contact)
    return ErasurePlan(
        letters=letters_of(erased).visible_to(member).count(),
        leads=crm.erasing.leads_of_nobody_else(contact).count(),
        customers=crm.erasing.customers_of_nobody_else(contact).count(),
        tasks=contact.tasks.count(),
        notes=contact.notes.count(),
        kept_addresses=kept,
    )


@transaction.atomic
def erase_contact(member: Membership, contact: Contact, *, confirmation: str) -> Erasure:
    """`confirmation` is the name of the contact, typed. Raises NotAllowed, NotConfirmed, CardNotFound."""
    _check_allowed(member)
    held = Contact.objects.select_for_update().filter(pk=contact.pk).first()
    if held is None:
        raise CardNotFound
    if confirmation.strip().casefold() != held.name.strip().casefold():
        raise NotConfirmed("confirm", _("Type the name %(name)s to erase this contact.") % {"name": held.name})
    plan = plan_erasure(member, held)
    erased, _kept = _addresses_of(held)
    record(member, "contact.erased", target=held, letters=plan.letters, leads=plan.leads, customers=plan.customers)
    erase_answers_of(held)
    erase_links(held)
    erase_recipient(held.pk)
    crm.erasing.erase_card(held)
    order = Erasure.objects.create(member=member, keys=erased)
    start("erase_person", order.pk)
    return order


def erase_some(order_id: int) -> bool:
    """Go on with it. False while something is in other hands, such as a letter that is being sent. Needs the account's
    scope; safe to be repeated at any time."""
    order = orders.claim(Erasure, order_id)
    if order is None:
        return False
    try:
        is_done = _erase(order.keys)
        if is_done:
            _finish(order)
        else:
            orders.give_back(order)
    except LeaseLost:
        return False
    return is_done


def _erase(addresses: Sequence[str]) -> bool:
    """From above downwards: what refers to letters goes before them."""
    if not addresses:
        return True
    message_ids = list(letters_of(addresses).values_list("pk", flat=True))
    erase_arrived(addresses, message_ids)
    erase_answers_to(message_ids)
    is_sent = erase_to(addresses)
    is_filed = erase_letters(addresses)
    crm.erasing.forget_addresses(addresses)
    accounts.erasing.forget_addresses(addresses)
    return is_sent and is_filed


@transaction.atomic
def _finish(order: Erasure) -> None:
    """Packed up accounts hold the person as well."""
    orders.finish(order, keys=[])
    delete_all()
    if order.member:
        notify([order.member], ERASED)
    logger.info("contact erased", extra={"erasure_id": order.pk})


def _check_allowed(member: Membership) -> None:
    if not member.is_admin:
        raise NotAllowed(_("Only administrators erase contacts."))


def _addresses_of(contact: Contact) -> tuple[list[str], list[str]]:
    """Those to erase, in lower case, as keys and as typed; and those that stay, as typed."""
    rows = dict(contact.emails.values_list("email_key", "email"))
    shared = crm.erasing.keys_on_other_cards(contact, rows) | (own_address_keys() & rows.keys())
    erased = {form for key, email in rows.items() if key not in shared for form in (key, email.lower())}
    return sorted(erased), sorted(email for key, email in rows.items() if key in shared)
