"""Questions about many threads and messages. Whose they are is asked of the mailbox."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import QuerySet

from mailboxes.models import Mailbox

if TYPE_CHECKING:
    from accounts.models import Membership
    from crm.models import Contact
    from threads.models import Message, Thread


class ThreadQuerySet(QuerySet["Thread"]):
    def visible_to(self, member: Membership) -> ThreadQuerySet:
        return self.filter(mailbox__in=Mailbox.objects.visible_to(member))


class MessageQuerySet(QuerySet["Message"]):
    def visible_to(self, member: Membership) -> MessageQuerySet:
        return self.filter(mailbox__in=Mailbox.objects.visible_to(member))

    def kept(self) -> MessageQuerySet:
        """Without those in Deleted."""
        return self.filter(deleted_at__isnull=True)

    def of_contact(self, contact: Contact) -> MessageQuerySet:
        return self.filter(cards__contact=contact)
