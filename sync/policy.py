"""What a mailbox keeps of its letters, as its settings say, and which letters it never stores (A08). Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from mailkit.addresses import domain_of, email_key
from mailkit.types import ParsedMessage


@dataclass(frozen=True, slots=True)
class Policy:
    """The settings that matter while letters are read."""

    mailbox_id: int = 0  # in whose part of the storage copies are kept
    keeps_files: bool = False  # a copy of every attachment (K62)
    keeps_whole: bool = False  # the letter as it came: the server may lose it (R10)
    stores_internal: bool = True
    own_keys: frozenset[str] = frozenset()  # of the account's users and mailboxes
    filtered_keys: frozenset[str] = frozenset()
    filtered_domains: frozenset[str] = frozenset()

    def skips(self, parsed: ParsedMessage) -> str | None:
        """Why this letter is not stored ("filtered", "internal": FolderEntry.Outcome); None when it is."""
        if self.stores_internal and not self.filtered_keys and not self.filtered_domains:
            return None
        keys = frozenset(_people(parsed))
        if keys & self.filtered_keys or any(_lies_in(key, self.filtered_domains) for key in keys):
            return "filtered"
        if not self.stores_internal and keys and keys <= self.own_keys:
            return "internal"
        return None


def _people(parsed: ParsedMessage) -> Iterator[str]:
    """Everyone the letter is from or to."""
    senders = (parsed.sender,) if parsed.sender else ()
    for address in (*senders, *parsed.to, *parsed.cc, *parsed.bcc):
        if key := email_key(address.email):
            yield key


def _lies_in(key: str, domains: Collection[str]) -> bool:
    """Subdomains are meant too."""
    domain = domain_of(key)
    return any(domain == filtered or domain.endswith(f".{filtered}") for filtered in domains)
