"""Tenant scope: every statement carries its account to PostgreSQL; row-level security does the rest.

No state is kept on the connection. The scope is a ContextVar, and an execute wrapper puts `SET LOCAL ...;` in front of
each statement, in the same message (psycopg2 sends simple queries), so it costs no round trip. In autocommit the
setting dies with that one statement, in a transaction with the transaction; the next statement sets it again anyway.
Why not session settings, two database aliases or a package: docs/adr/0003-tenancy-by-row-level-security.md.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from django.apps import apps
from django.db import connections, models, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created

if TYPE_CHECKING:
    from accounts.models import Account

SETTING = "app.account"
EVERY_ROLE = "crm_all"  # NOLOGIN, policies USING (true); the application may SET it but does not inherit it
# Inline, not (SELECT ...): the planner then estimates with the real account.
ACCOUNT_SQL = f"nullif(current_setting('{SETTING}', true), '')::bigint"

T = TypeVar("T")


class NoTenantScope(RuntimeError):
    """A tenant table was touched outside tenant() and every_account()."""


@dataclass(frozen=True, slots=True)
class _Every:
    reason: str


_scope: ContextVar[int | _Every | None] = ContextVar("tenant_scope", default=None)  # a new thread starts with None


@contextmanager
def _entered(value: int | _Every | None) -> Iterator[None]:
    token = _scope.set(value)
    try:
        yield
    finally:
        _scope.reset(token)


@contextmanager
def tenant(account: Account | int | None) -> Iterator[None]:
    """Everything inside sees and writes the rows of this account only. None (of a row not saved yet) is refused."""
    account_id = account if isinstance(account, int | None) else account.pk
    if account_id is None:
        raise NoTenantScope("tenant(None): a row without an account")
    with _entered(account_id):
        yield


@contextmanager
def every_account(reason: str) -> Iterator[None]:
    """For sweeps, look-ups of a token, data migrations. The reason is required, so that each use can be judged."""
    if not reason:
        raise ValueError("every_account() needs a reason")
    with _entered(_Every(reason)):
        yield


def current_account_id() -> int:
    scope = _scope.get()
    if isinstance(scope, int):
        return scope
    raise NoTenantScope("no account: open tenant(account) first")


def has_scope() -> bool:
    return _scope.get() is not None


def on_commit(callback: Callable[[], None]) -> None:
    """transaction.on_commit that runs in the scope of now, not in that of the commit."""
    scope = _scope.get()

    def run() -> None:
        with _entered(scope):
            callback()

    transaction.on_commit(run)


@contextmanager
def raw_cursor(using: str = "default") -> Iterator[Any]:
    """psycopg2's own cursor, for execute_values and COPY, which pass by the wrapper: the scope holds for the block.

    Errors come as psycopg2's, unconverted.
    """
    with transaction.atomic(using), connections[using].cursor() as cursor:
        cursor.execute("SELECT 1")  # goes through the wrapper, so SET LOCAL now holds to the end of the transaction
        yield cursor.cursor


def keep_scope(iterable: Iterable[T]) -> Iterator[T]:
    """For streamed responses: the scope around each step, never between two (the middleware has left by then)."""
    scope, steps = _scope.get(), iter(iterable)

    def walk() -> Iterator[T]:
        while True:
            with _entered(scope):
                try:
                    item = next(steps)
                except StopIteration:
                    return
            yield item

    return walk()


def is_tenant_model(model: type[models.Model]) -> bool:
    return model._meta.managed and any(f.name == "account" and f.remote_field for f in model._meta.local_fields)


@functools.cache
def _tenant_table_pattern() -> re.Pattern[str]:
    tables = sorted(m._meta.db_table for m in apps.get_models(include_auto_created=True) if is_tenant_model(m))
    return re.compile(rf'(?<![\w$])"?(?:{"|".join(map(re.escape, tables or ["$^"]))})"?(?![\w$])')


_SAVEPOINTS = ("SAVEPOINT", "ROLLBACK", "RELEASE")  # in an aborted transaction only these may come, with nothing before
_SCHEMA = re.compile(
    r"\s*(CREATE|ALTER|DROP|COMMENT|TRUNCATE|GRANT|REVOKE|ANALYZE|VACUUM|LOCK|SET(?!\s+LOCAL)|SHOW|RESET)\b",
    re.IGNORECASE,
)


def _prefix(scope: int | _Every | None, text: str, *, is_schema: bool, in_transaction: bool) -> str:
    """What has to stand before this statement, or NoTenantScope."""
    if isinstance(scope, int):
        role = "SET LOCAL ROLE NONE; " if in_transaction else ""
        return f"{role}SET LOCAL {SETTING} = '{scope}'; "
    if scope is not None:
        return f"SET LOCAL ROLE {EVERY_ROLE}; "
    if not is_schema and (found := _tenant_table_pattern().search(text)):
        raise NoTenantScope(f"{found[0]} used outside tenant() and every_account()")
    # An earlier scope of the same transaction ends here.
    return f"SET LOCAL ROLE NONE; SET LOCAL {SETTING} = ''; " if in_transaction else ""


def _carry_scope(execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: dict[str, Any]) -> Any:  # noqa: ANN401
    connection = context["connection"]
    text = sql if isinstance(sql, str) else sql.as_string(context["cursor"].cursor)
    is_schema = bool(_SCHEMA.match(text))
    in_transaction = connection.in_atomic_block or not connection.autocommit
    if text.startswith(_SAVEPOINTS) or (is_schema and not in_transaction):  # CREATE DATABASE and such go alone
        return execute(sql, params, many, context)
    prefix = _prefix(_scope.get(), text, is_schema=is_schema, in_transaction=in_transaction)
    if not prefix:
        return execute(sql, params, many, context)
    if getattr(context["cursor"].cursor, "name", None):
        raise RuntimeError("server-side cursors cannot carry a scope: DISABLE_SERVER_SIDE_CURSORS = True")
    return execute(prefix + text, params, many, context)


def _install(connection: BaseDatabaseWrapper, **_kwargs: object) -> None:
    if _carry_scope not in connection.execute_wrappers:
        connection.execute_wrappers.append(_carry_scope)


connection_created.connect(_install, dispatch_uid="tenancy")
