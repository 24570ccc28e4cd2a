"""Questions about many contacts or leads."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db.models import QuerySet

from crm.contact_search import find_contact_ids
from mailkit.addresses import email_key

if TYPE_CHECKING:
    from crm.models import Contact, Customer, Lead, Task


class ContactQuerySet(QuerySet["Contact"]):
    def with_address(self, email: str) -> ContactQuerySet:
        return self.filter(emails__email_key=email_key(email)).distinct()

    def matching(self, text: str) -> ContactQuerySet:
        """Whose name or address has words beginning so, or, if there are none, nearly so."""
        return self.filter(pk__in=find_contact_ids(text))

    def for_list(self) -> ContactQuerySet:
        """With all that a row of the list or a card's header shows: no query per row."""
        return self.select_related("company", "responsible__user").prefetch_related("emails")


class LeadQuerySet(QuerySet["Lead"]):
    def open(self) -> LeadQuerySet:
        return self.filter(stage__kind="open")

    def of_contact(self, contact: Contact) -> LeadQuerySet:
        return self.filter(contacts=contact)

    def for_list(self) -> LeadQuerySet:
        related: tuple[Any, ...] = ("stage__pipeline", "company", "responsible__user")
        return self.select_related(*related).prefetch_related("contacts")


class CustomerQuerySet(QuerySet["Customer"]):
    def for_list(self) -> CustomerQuerySet:
        """With all that a row shows: no query per row."""
        return self.select_related("company", "responsible__user").prefetch_related("contacts")


class TaskQuerySet(QuerySet["Task"]):
    def to_do(self) -> TaskQuerySet:
        return self.filter(done_at__isnull=True)

    def done(self) -> TaskQuerySet:
        return self.filter(done_at__isnull=False)

    def due_untold(self, now: datetime) -> TaskQuerySet:
        """Whose time has come, and nobody was told."""
        return self.to_do().filter(is_due_told=False, due_at__lte=now)

    def for_list(self) -> TaskQuerySet:
        """With all that a row shows: no query per row."""
        related: tuple[Any, ...] = ("type", "responsible__user")
        # Eight joined tables take longer to plan than to read.
        return self.select_related(*related).prefetch_related("contact", "company", "lead", "customer")
