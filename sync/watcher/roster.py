"""Which mailboxes are watched: asked of PostgreSQL again and again, so that nobody has to tell."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import F, FilteredRelation, Q

from accounts.tenancy import every_account, tenant
from mailboxes.connections import idle_connection
from mailboxes.models import Credential, Mailbox
from mailkit.imap_idle import IdleConnection

Connect = Callable[[Mailbox], IdleConnection]


@dataclass(frozen=True, slots=True)
class Watched:
    """Equal as long as the same sign-in at the same server does."""

    account_id: int
    mailbox_id: int
    host: str
    port: int
    security: str
    username: str
    password_changed_at: datetime | None
    last_synced_at: datetime | None = field(compare=False)  # the last sign-in of a visit that is known to have worked


def list_watched(*, count: int, index: int) -> dict[int, Watched]:
    """The mailboxes of this process, one of `count`, over all accounts."""
    password = FilteredRelation("credentials", condition=Q(credentials__field=Credential.Field.IMAP_PASSWORD))
    with every_account("watch mailboxes"):
        rows = (
            Mailbox.objects.filter(push=True, next_sync_at__isnull=False)
            .exclude(imap_host="")
            .exclude(state=Mailbox.State.NEEDS_LOGIN)
            .alias(password=password, shard=F("id") % count)
            .filter(shard=index)
            .values_list(
                "account_id",
                "id",
                "imap_host",
                "imap_port",
                "imap_security",
                "imap_username",
                "password__changed_at",
                "last_synced_at",
            )
        )
        return {row[1]: Watched(*row) for row in rows}


def open_watched(watched: Watched, connect: Connect = idle_connection) -> IdleConnection:
    """Its Inbox in IDLE; the password is read just now. Raises MailError, Mailbox.DoesNotExist."""
    with tenant(watched.account_id):
        return connect(Mailbox.objects.get(pk=watched.mailbox_id))
