"""Letters that the server has taken are filed in the CRM several at once, a moment later; one alone is filed at once.

Until then they keep their lease and say in `sent_check_at` that something is left to do: when their worker dies,
outbox.settling files them.
"""

from __future__ import annotations

import logging
import time
import uuid
from types import TracebackType
from typing import Self

from outbox import states
from outbox.models import OutgoingMail
from outbox.settling import file_letters

logger = logging.getLogger(__name__)

MOST_LETTERS = 50
MOST_BYTES = 4 * 1024 * 1024
MOST_SECONDS = 1.0  # nobody waits longer to see a letter in its thread,
QUICK_SECONDS = 0.5  # for the next one will go out as quickly as this one did


class SentLetters:
    """Those of one mailbox and one lease. To be used with `with`: at its end all are filed."""

    def __init__(self, lease_token: uuid.UUID) -> None:
        self._token = lease_token
        self._unfiled: list[tuple[OutgoingMail, bytes]] = []
        self._bytes = 0
        self._since = 0.0

    def add(self, mail: OutgoingMail, raw: bytes, *, took_seconds: float) -> None:
        """`took_seconds` is how long it took to send: with a slow server none waits for the next."""
        if not self._unfiled:
            self._since = time.monotonic()
        self._unfiled.append((mail, raw))
        self._bytes += len(raw)
        is_long_ago = time.monotonic() - self._since > MOST_SECONDS or took_seconds > QUICK_SECONDS
        if is_long_ago or len(self._unfiled) >= MOST_LETTERS or self._bytes >= MOST_BYTES:
            self.file()

    def file(self) -> None:
        """All of them, and give back their leases."""
        letters, self._unfiled, self._bytes = self._unfiled, [], 0
        if not letters:
            return
        file_letters(letters)
        released = states.release_all([mail for mail, _raw in letters], self._token)
        if released != len(letters):
            logger.warning("leases lost", extra={"count": len(letters) - released})

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self.file()
