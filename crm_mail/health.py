"""What a load balancer asks: is the process alive, and can it serve?"""

from __future__ import annotations

import redis
from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache

from accounts.roles import database_problems
from mailboxes.secrets import keyring


@never_cache
def healthz(_request: HttpRequest) -> HttpResponse:
    """Alive. No database, no Redis: a broken neighbor must not get this process killed."""
    return HttpResponse("ok\n", content_type="text/plain")


@never_cache
def readyz(_request: HttpRequest) -> HttpResponse:
    """Database with all migrations and its walls, keys; Redis gone means slower, not down."""
    found = {"database": _database(), "keys": "ok" if keyring() else "no key", "redis": _redis()}
    is_ready = found["database"] == "ok" and found["keys"] == "ok"
    state = "down" if not is_ready else "ok" if found["redis"] == "ok" else "degraded"
    return JsonResponse({"status": state, **found}, status=200 if is_ready else 503)


def _database() -> str:
    try:
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            return "migrations are missing"
        return (
            "ok" if not database_problems() else "the tenant walls are broken: run `manage.py check --database default`"
        )
    except DatabaseError:
        return "no connection"


def _redis() -> str:
    try:
        with redis.Redis.from_url(settings.REDIS_URL, socket_connect_timeout=1, socket_timeout=1) as client:
            client.ping()
    except redis.RedisError:
        return "no connection"
    return "ok"
