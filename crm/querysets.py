"""Questions about many contacts or leads."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import Q, QuerySet

from mailkit.addresses import email_key

if TYPE_CHECKING:
    from crm.models import Contact, Lead


class ContactQuerySet(QuerySet["Contact"]):
    def with_address(self, email: str) -> ContactQuerySet:
        return self.filter(emails__email_key=email_key(email)).distinct()

    def matching(self, text: str) -> ContactQuerySet:
        """Whose name, last name or an address begins so."""
        begins = Q(name__istartswith=text) | Q(last_name__istartswith=text)
        return self.filter(begins | Q(emails__email_key__startswith=text.lower())).distinct()

    def suggested_for(self, typed: str) -> ContactQuerySet:
        """Those one may be writing to: a part of the name, or the beginning of an address. Without one, nobody."""
        named = Q(name__icontains=typed) | Q(emails__email_key__startswith=typed.lower())
        return self.for_list().filter(named, emails__isnull=False).distinct()

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
