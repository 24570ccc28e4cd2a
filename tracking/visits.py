"""What is known of a request for a pixel, a link, a page or a form."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Visit:
    """`is_prefetch`: its headers say that nobody looks yet. `ip`: None when it cannot be told."""

    at: datetime
    method: str
    is_prefetch: bool = False
    user_agent: str = ""
    ip: str | None = None
