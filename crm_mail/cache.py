"""Django's cache on Redis, which makes its client once."""

from __future__ import annotations

from typing import Any

from django.core.cache.backends import redis


class OneClient(redis.RedisCacheClient):
    """Django makes a client for each call, which takes twice as long as asking. A client may be used by all threads."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._made: dict[bool, Any] = {}

    def get_client(self, key: Any = None, *, write: bool = False) -> Any:  # noqa: ANN401  (untyped in Django)
        if write not in self._made:
            self._made[write] = super().get_client(key, write=write)
        return self._made[write]


class RedisCache(redis.RedisCache):
    def __init__(self, server: str, params: dict[str, Any]) -> None:
        super().__init__(server, params)
        self._class = OneClient
