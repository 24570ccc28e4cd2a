"""SPF records (RFC 7208): reading one, and following those it includes within the limits that receivers keep."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

MAX_LOOKUPS = 10  # RFC 7208 section 4.6.4: a record that needs more counts as broken
ASKING = ("include", "a", "mx", "ptr", "exists", "redirect")  # terms that cost a question to the DNS


@dataclass(slots=True)
class SpfTree:
    """A record with all that it includes."""

    terms: set[str] = field(default_factory=set)  # lower-cased, without qualifier
    lookups: int = 0
    ending: str = ""  # qualifier of "all" in the record itself or where it redirects to: + - ~ ?, "" without

    @property
    def too_many(self) -> bool:
        return self.lookups > MAX_LOOKUPS


def read_spf(texts: Iterable[str]) -> list[str]:
    """Those of a domain's TXT records that are SPF; there should be one (section 4.5)."""
    return [text for text in texts if text.lower() == "v=spf1" or text.lower().startswith("v=spf1 ")]


def walk_spf(domain: str, record: str, ask: Callable[[str], list[str]]) -> SpfTree:
    """Follows "include" and "redirect". `ask` gives the TXT records of a name."""
    tree = SpfTree()
    seen = {domain}
    _walk(record, ask, tree, seen, is_own=True)
    return tree


def _walk(record: str, ask: Callable[[str], list[str]], tree: SpfTree, seen: set[str], *, is_own: bool) -> None:
    for written in record.split()[1:]:
        qualifier, term = (written[0], written[1:]) if written[0] in "+-~?" else ("+", written)
        term = term.lower()
        name = term.partition(":")[0].partition("=")[0].partition("/")[0]
        tree.terms.add(term)
        tree.lookups += name in ASKING
        if name == "all" and is_own:
            tree.ending = qualifier
        target = term.removeprefix("include:").removeprefix("redirect=")
        # What holds a macro (section 7) depends on the letter: it is counted and not followed.
        if target != term and target not in seen and "%" not in target and not tree.too_many:
            seen.add(target)
            for found in read_spf(ask(target))[:1]:
                _walk(found, ask, tree, seen, is_own=is_own and name == "redirect")
