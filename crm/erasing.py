"""The card of a person who is to be erased everywhere (G16), with what is on it and what was made of it alone."""

from __future__ import annotations

from collections.abc import Collection

from django.db.models import Count, Func, Q, QuerySet, TextField, Value
from django.db.models.functions import Lower

from accounts.erasing import rows_that_name
from crm.card_events import EventKind
from crm.csv_reading import read_table
from crm.models import CardEvent, CardImport, Company, Contact, ContactEmail, ContactMerge, Customer, Lead
from mailkit.addresses import email_key
from mailkit.named_addresses import names_one_of, without_names


def leads_of_nobody_else(contact: Contact) -> QuerySet[Lead]:
    several = Lead.objects.annotate(people=Count("contacts")).filter(people__gt=1)
    return Lead.objects.filter(contacts=contact).exclude(pk__in=several.values("pk"))


def customers_of_nobody_else(contact: Contact) -> QuerySet[Customer]:
    several = Customer.objects.annotate(people=Count("contacts")).filter(people__gt=1)
    return Customer.objects.filter(contacts=contact).exclude(pk__in=several.values("pk"))


def keys_on_other_cards(contact: Contact, keys: Collection[str]) -> set[str]:
    """Those of these addresses that are not this person's alone."""
    others = ContactEmail.objects.filter(email_key__in=keys).exclude(contact=contact)
    said = Lower(Func("emails", Value(" "), function="array_to_string", output_field=TextField()))
    named = Q(pk__in=())
    for key in keys:
        named |= Q(said__contains=key)
    companies = Company.objects.annotate(said=said).filter(named).values_list("emails", flat=True)
    of_companies = {email_key(email) for emails in companies for email in emails}
    return {*others.values_list("email_key", flat=True), *(of_companies & set(keys))}


def erase_card(contact: Contact) -> None:
    """Leads and customers that have other people too stay, without this one and this one's name."""
    leads_of_nobody_else(contact).delete()
    customers_of_nobody_else(contact).delete()
    names = _names_of(contact)
    for shared in (*contact.leads.all(), *contact.customers.all()):
        _take_name_off(shared, contact, names)
    _forget_names(names)
    contact.delete()


def _names_of(contact: Contact) -> list[str]:
    """First and last name together, for one alone is that of many others; and the addresses, which name cards too."""
    full = [contact.name] if contact.first_name and contact.last_name else []
    return [*full, *contact.emails.values_list("email", flat=True)]


def _take_name_off(card: Lead | Customer, contact: Contact, names: Collection[str]) -> None:
    name = "" if card.name == contact.name else without_names(card.name, names)
    if name != card.name:
        others = card.contacts.exclude(pk=contact.pk).order_by("pk").values_list("name", flat=True)
        card.name = name if name.strip(" …") else others[0][:200]
        card.save(update_fields=["name"])


def _forget_names(names: Collection[str]) -> None:
    """Lines of other cards: that this one was merged with them, or which lead was made of both."""
    said = Q(pk__in=())
    for name in names:
        said |= Q(facts__names__icontains=name) | Q(facts__name__icontains=name)
    kinds = (EventKind.MERGED, EventKind.UNMERGED, EventKind.LEAD_MADE)
    for event in CardEvent.objects.filter(said, kind__in=kinds):
        told = event.facts.get("names") or event.facts.get("name") or ""
        if without_names(told, names) != told:
            event.delete()


def forget_addresses(addresses: Collection[str]) -> None:
    """Where cards of others, merges and imports remember this person."""
    rows_that_name(CardEvent, "facts", addresses).delete()
    rows_that_name(ContactMerge, "before", addresses).delete()
    CardImport.objects.filter(pk__in=rows_that_name(CardImport, "bad_rows", addresses)).update(bad_rows=[])
    for import_id in CardImport.objects.filter(content__isnull=False).values_list("pk", flat=True):
        _forget_file(import_id, addresses)


def _forget_file(import_id: int, addresses: Collection[str]) -> None:
    """One that waits to be imported, or whose import failed: else it would bring the person back."""
    row = CardImport.objects.filter(pk=import_id, content__isnull=False).first()
    if row and names_one_of(read_table(bytes(row.content or b"")).text, addresses):
        row.delete()
