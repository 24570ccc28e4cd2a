"""What a mailbox has already of the letters of a batch, or had, and of those that they answer."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from mailkit.types import ParsedMessage
from threads.filing_sql import KnownMessage, select_known
from threads.grouping import KnownThreads


@dataclass(frozen=True, slots=True)
class KnownLetters:
    """The stored letters of the mailbox that those of a batch may be or may answer, and the threads they may join."""

    by_identity: Mapping[bytes, KnownMessage]
    by_message_id: Mapping[str, Sequence[KnownMessage]]
    threads_by_group: Mapping[bytes, int]
    buried: frozenset[bytes]  # identities, see Tombstone
    buried_ours: frozenset[str]

    @classmethod
    def of(cls, mailbox_id: int, batch: Sequence[ParsedMessage], *, group_keys: Collection[bytes] = ()) -> KnownLetters:
        mentioned = {found for parsed in batch for found in (parsed.message_id, parsed.in_reply_to, *parsed.references)}
        identities = [parsed.identity for parsed in batch]
        known = select_known(mailbox_id, identities, mentioned - {""}, group_keys)
        by_message_id: dict[str, list[KnownMessage]] = {}
        for message in known.messages:
            by_message_id.setdefault(message.message_id_header, []).append(message)
        by_identity = {message.identity: message for message in known.messages}
        return cls(by_identity, by_message_id, known.threads, known.buried, known.buried_ours)

    def find(self, parsed: ParsedMessage, *, is_from_sent: bool) -> KnownMessage | None:
        """The stored letter that this one is."""
        same = self.by_identity.get(parsed.identity)
        if same or not is_from_sent or not parsed.message_id:
            return same
        return next((m for m in self.by_message_id.get(parsed.message_id, ()) if m.is_ours), None)

    def find_sent(self, parsed: ParsedMessage) -> KnownMessage | None:
        """The copy of our own letter that sync found first."""
        same_id = self.by_message_id.get(parsed.message_id, ()) if parsed.message_id else ()
        return self.by_identity.get(parsed.identity) or next((m for m in same_id if m.is_outgoing), None)

    def is_buried(self, parsed: ParsedMessage, *, is_from_sent: bool) -> bool:
        """Deleted here, and gone for good: it never comes back (K60). In Sent ours are known as `find` knows them."""
        return parsed.identity in self.buried or (is_from_sent and parsed.message_id in self.buried_ours)

    def threads(self) -> KnownThreads:
        by_message: dict[tuple[str, str], int] = {}
        for message_id, messages in self.by_message_id.items():
            for message in messages:  # where several have one Message-ID: the first one's thread
                by_message.setdefault((message.client_key, message_id), message.thread_id)
        return KnownThreads(self.threads_by_group, by_message)
