"""Who is to hear of a client's letters."""

from __future__ import annotations

from collections.abc import Collection

from crm.models import ContactEmail, CustomerContact
from crm.new_people import in_store


def managers_of(keys: Collection[str], store_id: int | None) -> dict[str, list[int]]:
    """Those responsible for the cards of these addresses, each once, as a mailbox of this store finds them (R09): for
    the contact, or, where nobody is, for a customer of it.
    """
    rows = ContactEmail.objects.filter(in_store(store_id, "contact__"), email_key__in=keys)
    found = list(rows.order_by("contact").values_list("email_key", "contact", "contact__responsible"))
    unassigned = [contact for _key, contact, member in found if not member]
    of_customers = _managers_of_customers(unassigned) if unassigned else {}
    managers: dict[str, dict[int, None]] = {}
    for key, contact, member in found:
        chosen = member or of_customers.get(contact)
        if chosen is not None:
            managers.setdefault(key, {})[chosen] = None
    return {key: list(members) for key, members in managers.items()}


def _managers_of_customers(contact_ids: Collection[int]) -> dict[int, int]:
    """By contact: that of its first customer with one."""
    rows = CustomerContact.objects.filter(contact__in=contact_ids, customer__responsible__isnull=False)
    return dict(rows.order_by("-customer").values_list("contact", "customer__responsible"))  # the first comes last
