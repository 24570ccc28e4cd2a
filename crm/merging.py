"""Contacts that are one person become one: what is known of each, and all that hangs on them, comes to the one that
stays. For ten minutes that can be taken back exactly.

What points to a contact is found by the models themselves, of whichever room: nothing is forgotten when a table is
added (docs/adr/0030). Letters follow addresses: crm.signals tells who links them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.audit import record
from accounts.models import Membership
from crm.card_events import EventKind, note_event
from crm.contact_names import phone_key, shown_name
from crm.custom_fields import fields_of
from crm.errors import ValueRefused, WrongState
from crm.merged_rows import Moved, adopt_rows, restore_contacts, return_rows, row_of, snapshot_contacts
from crm.models import Contact, ContactEmail, ContactMerge, MergedContact
from crm.signals import contact_addresses_changed, contacts_merging

MOST = 10  # contacts, with the one that stays
UNDO_TIME = timedelta(minutes=10)
OWN = "custom_fields."
FIELDS = ("first_name", "last_name", "company", "responsible", "store")  # and those of the account, as OWN + number


def field_names() -> list[str]:
    """What can be chosen: from which contact each comes."""
    return [*FIELDS, *(f"{OWN}{own.number}" for own in fields_of("contact"))]


def value_of(contact: Contact, name: str) -> Any:  # noqa: ANN401  (each field has its own)
    return contact.custom_values.get(name.removeprefix(OWN)) if name.startswith(OWN) else getattr(contact, name)


def default_choices(contacts: Sequence[Contact]) -> dict[str, int]:
    """The id of the contact each field comes from when nobody chooses: the first that has something in it."""
    chosen = {name: _first_with(contacts, name) for name in field_names()}
    return {name: contact.pk for name, contact in chosen.items() if contact}


def _first_with(contacts: Sequence[Contact], name: str) -> Contact | None:
    return next((contact for contact in contacts if value_of(contact, name) not in (None, "")), None)


@transaction.atomic
def merge_contacts(
    member: Membership, contact: Contact, others: Sequence[Contact], *, choices: Mapping[str, int] | None = None
) -> ContactMerge:
    """The others become this contact. `choices` name the contact that a field comes from. Raises ValueRefused."""
    ids = list(dict.fromkeys(other.pk for other in others if other.pk != contact.pk))
    if not 1 <= len(ids) < MOST:
        raise ValueRefused("contacts", _("Choose two to %(most)d contacts.") % {"most": MOST})
    contacts_merging.send(Contact)
    locked = {
        row.pk: row for row in Contact.objects.select_for_update().filter(pk__in=[contact.pk, *ids]).order_by("pk")
    }
    if len(locked) != len(ids) + 1:
        raise ValueRefused("contacts", _("One of these contacts is no longer there."))
    kept, going = locked[contact.pk], [locked[each] for each in ids]
    before = snapshot_contacts([kept, *going])
    _fill(kept, [kept, *going], choices or {})
    _adopt_emails(kept, going)
    moved = adopt_rows(kept, going)
    names = ", ".join(other.name for other in going)
    Contact.objects.filter(pk__in=ids).delete()
    MergedContact.objects.bulk_create(MergedContact(contact=kept, old_id=each) for each in ids)
    undoing = {"contacts": before, "after": row_of(kept), **moved.as_json()}
    merge = ContactMerge.objects.create(contact=kept, member=member, before=undoing)
    note_event(kept, EventKind.MERGED, actor=member, names=names)
    record(member, "contact.merged", target=kept, count=len(ids))
    contact_addresses_changed.send(Contact, contact=kept)
    return merge


def _fill(kept: Contact, contacts: Sequence[Contact], choices: Mapping[str, int]) -> None:
    by_id = {contact.pk: contact for contact in contacts}
    chosen = default_choices(contacts) | {name: pk for name, pk in choices.items() if name in field_names()}
    if not set(chosen.values()) <= by_id.keys():
        raise ValueRefused("fields", _("A value can only come from one of these contacts."))
    values = {name: value_of(by_id[pk], name) for name, pk in chosen.items()}
    for name, value in values.items():
        if not name.startswith(OWN):
            setattr(kept, name, value)
    own = {name.removeprefix(OWN): value for name, value in values.items() if name.startswith(OWN)}
    kept.custom_values = {number: value for number, value in own.items() if value is not None}
    phones = {phone_key(phone): phone for contact in reversed(contacts) for phone in reversed(contact.phones)}
    kept.phones = list(reversed(phones.values()))
    emails = [row.email for contact in contacts for row in contact.emails.all()]
    kept.name = shown_name(kept.first_name, kept.last_name, emails, kept.phones)
    kept.save()


def _adopt_emails(kept: Contact, going: Sequence[Contact]) -> None:
    """Each address once, those of the one that stays first."""
    rows = [row for contact in [kept, *going] for row in contact.emails.all()]
    ContactEmail.objects.bulk_create(
        (
            ContactEmail(contact=kept, email=row.email, email_key=row.email_key, position=place)
            for place, row in enumerate(rows)
        ),
        ignore_conflicts=True,
    )


def undoable_merge(contact: Contact) -> ContactMerge | None:
    """The last merge into this contact, while it can be taken back."""
    since = timezone.now() - UNDO_TIME
    merges = ContactMerge.objects.filter(contact=contact, undone_at=None, created_at__gt=since)
    return merges.order_by("-created_at", "-id").first()


@transaction.atomic
def unmerge_contacts(member: Membership, contact: Contact) -> list[Contact]:
    """All as they were before the last merge; what was written since then stays with this one. Returns the others.
    Raises WrongState when it is too late.
    """
    contacts_merging.send(Contact)
    kept = Contact.objects.select_for_update().get(pk=contact.pk)
    merge = undoable_merge(kept)
    if merge is None:
        raise WrongState(_("It is too late to take this back."))
    after = merge.before.get("after") or row_of(kept)  # none: merged by an older version
    restored = restore_contacts(kept, merge.before["contacts"], after)
    return_rows(kept, Moved.from_json(merge.before))
    ContactMerge.objects.filter(pk=merge.pk).update(undone_at=timezone.now(), before={})
    others = [row for row in restored if row.pk != kept.pk]
    MergedContact.objects.filter(old_id__in=[row.pk for row in others]).delete()
    names = ", ".join(other.name for other in others)
    note_event(kept, EventKind.UNMERGED, actor=member, names=names)
    record(member, "contact.unmerged", target=kept, count=len(others))
    for each in restored:
        contact_addresses_changed.send(Contact, contact=each)
    return others
