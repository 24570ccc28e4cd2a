"""The ledger of a mailbox (G13): what the server has, and what became of each letter of it."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count, F, Q, QuerySet

from mailboxes.models import Mailbox
from threads.models import Folder, FolderEntry

Outcome = FolderEntry.Outcome
REASONS = ("older", "filtered", "internal", "unmatched", "duplicate", "deleted_here")  # in the order they are shown


@dataclass(frozen=True, slots=True)
class Skipped:
    """Letters that are on the server and not among those of the mailbox."""

    reason: str  # of REASONS
    count: int


@dataclass(frozen=True, slots=True)
class FolderLedger:
    """One folder. Each letter of the server stands in exactly one of the numbers below `on_server`."""

    folder: str  # Folder.Role
    on_server: int  # as the server counted at the last visit that ended well
    imported: int
    skipped: tuple[Skipped, ...]  # those that are not zero
    failed: int

    @property
    def accounted(self) -> int:
        return self.imported + self.failed + sum(each.count for each in self.skipped)

    @property
    def agrees(self) -> bool:
        """Only then may anybody say "synced"."""
        return self.on_server == self.accounted


def ledger_of(mailbox: Mailbox) -> list[FolderLedger]:
    """Inbox first. Two statements, however large the mailbox is; none yet when no folder has been seen."""
    counts = {row["folder"]: row for row in _counts_of(mailbox)}
    folders = Folder.objects.filter(mailbox=mailbox).order_by("role")
    return [_ledger_of(folder, counts.get(folder.pk, {})) for folder in folders]


def _counts_of(mailbox: Mailbox) -> QuerySet[FolderEntry, dict[str, int]]:
    """By folder, over the places that its server has in the epoch of now."""
    places = FolderEntry.objects.filter(
        folder__mailbox=mailbox, generation=F("folder__generation"), is_on_server=True
    ).order_by()
    kept = Q(outcome=Outcome.IMPORTED, message__deleted_at__isnull=True)
    return places.values("folder").annotate(
        kept_places=Count("pk", filter=kept),
        imported=Count("message", filter=kept, distinct=True),
        deleted_here=Count("pk", filter=Q(message__deleted_at__isnull=False) | Q(outcome=Outcome.DELETED)),
        older=Count("pk", filter=Q(outcome=Outcome.OLDER)),
        filtered=Count("pk", filter=Q(outcome=Outcome.FILTERED)),
        internal=Count("pk", filter=Q(outcome=Outcome.INTERNAL)),
        unmatched=Count("pk", filter=Q(outcome=Outcome.UNMATCHED)),
        failed=Count("pk", filter=Q(outcome=Outcome.FAILED)),
    )


def _ledger_of(folder: Folder, counts: dict[str, int]) -> FolderLedger:
    imported = counts.get("imported", 0)
    skipped = {
        **{reason: counts.get(reason, 0) for reason in REASONS},
        "older": folder.older_count + counts.get("older", 0),
        "duplicate": counts.get("kept_places", 0) - imported,  # the same letter lies there twice
    }
    return FolderLedger(
        folder=folder.role,
        on_server=folder.message_count,
        imported=imported,
        skipped=tuple(Skipped(reason, skipped[reason]) for reason in REASONS if skipped[reason]),
        failed=counts.get("failed", 0),
    )
