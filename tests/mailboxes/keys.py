"""Keys for tests of encryption."""

from __future__ import annotations

import base64


def key(letter: str) -> str:
    """An entry of CREDENTIALS_KEYS."""
    return f"{letter}:{base64.b64encode(letter.encode() * 32).decode()}"
