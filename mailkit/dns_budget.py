"""The DNS for one letter of a stranger, who chooses what is asked: so many questions, and so many seconds, in all."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from time import monotonic
from typing import TypeVar

from mailkit.addresses import is_host_name
from mailkit.dns_lookup import DnsLookup
from mailkit.errors import ConnectionFailed

SECONDS = 5.0
QUESTION_SECONDS = 3.0
# SPF has its own limit of 10 terms (RFC 7208 section 4.6.4); one of them may stand for 10 hosts.
MAX_QUESTIONS = 60

Answer = TypeVar("Answer")


class BudgetedDns:
    """As mailkit.dns_lookup; ConnectionFailed also when the budget is spent. Nothing is asked twice."""

    def __init__(self, nameservers: Sequence[str] = (), *, seconds: float = SECONDS) -> None:
        self._nameservers = tuple(nameservers)
        self._until = monotonic() + seconds
        self._left = MAX_QUESTIONS
        self._txt: dict[str, list[str]] = {}

    def txt(self, name: str) -> list[str]:
        if name not in self._txt:
            self._txt[name] = self._ask(name, lambda dns: dns.txt(name))
        return self._txt[name]

    def host_addresses(self, name: str, kind: str) -> list[str]:
        return self._ask(name, lambda dns: dns.host_addresses(name, kind))

    def mx(self, name: str) -> list[tuple[int, str]]:
        return self._ask(name, lambda dns: [(one.preference, one.host) for one in dns.mx(name) if one.host])

    def ptr(self, name: str) -> list[str]:
        return self._ask(name, lambda dns: dns.ptr(name))

    def _ask(self, name: str, question: Callable[[DnsLookup], list[Answer]]) -> list[Answer]:
        """Nothing for what is no name of the DNS: a NUL or a space in it would ask for another."""
        if not is_host_name(name):
            return []
        left = self._until - monotonic()
        if left <= 0 or not self._left:
            raise ConnectionFailed("The time for the DNS is over", step="dns")
        self._left -= 1
        return question(DnsLookup(self._nameservers, seconds=min(left, QUESTION_SECONDS)))
