from __future__ import annotations

from tests.threads.conftest import post

__all__ = ["post"]
