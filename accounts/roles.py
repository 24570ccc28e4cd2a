"""The owner's login (migrations) and the application's (everything else); grants; the checks that keep both honest."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.apps import apps
from django.core import checks
from django.core.exceptions import ImproperlyConfigured
from django.db import connection, connections
from django.db.backends.utils import CursorWrapper

from accounts import tenancy
from accounts.tenant_models import SameAccount


@contextmanager
def database_owner(alias: str = "default") -> Iterator[None]:
    """Connect as the owner of the tables. Its password stands only where migrations and tests run."""
    conn = connections[alias]
    if not conn.settings_dict["OWNER_USER"]:
        raise ImproperlyConfigured("DATABASE_OWNER_URL is not set: migrations run as the owner of the tables")
    before = {key: conn.settings_dict[key] for key in ("USER", "PASSWORD")}
    conn.close()
    conn.settings_dict.update(USER=conn.settings_dict["OWNER_USER"], PASSWORD=conn.settings_dict["OWNER_PASSWORD"])
    try:
        yield
    finally:
        conn.close()
        conn.settings_dict.update(before)


OWNED = """SELECT oid::regclass::text, relkind FROM pg_class
  WHERE relnamespace = 'public'::regnamespace AND relowner = current_user::regrole AND relkind IN ('r','p','S','v')"""
VIEWS_OF_EVERY = "SELECT oid::regclass::text FROM pg_class WHERE relkind = 'v' AND relowner = %s::regrole"


def grant(using: str = "default", **_kwargs: object) -> None:
    """post_migrate: on what this login owns, so nothing happens when the application flushes a test database."""
    with connections[using].cursor() as cursor:
        cursor.execute(OWNED)
        owned = cursor.fetchall()
        if not owned:
            return
        app = connections[using].settings_dict["APP_USER"]
        for name, kind in owned:
            rights = {"S": "USAGE, SELECT", "v": "SELECT"}.get(kind, "SELECT, INSERT, UPDATE, DELETE")
            rights = "SELECT" if name == "django_migrations" else rights
            noun = "SEQUENCE" if kind == "S" else "TABLE"
            cursor.execute(f"GRANT {rights} ON {noun} {name} TO {app}, {tenancy.EVERY_ROLE}")
        cursor.execute(f"GRANT USAGE ON SCHEMA public TO {app}, {tenancy.EVERY_ROLE}")
        _grant_views(cursor, app)


def _grant_views(cursor: CursorWrapper, app: str) -> None:
    """SELECT, never INSERT or UPDATE: the owner of these views is past the policy."""
    cursor.execute(VIEWS_OF_EVERY, [tenancy.EVERY_ROLE])
    for (view,) in cursor.fetchall():
        cursor.execute(f"SET LOCAL ROLE {tenancy.EVERY_ROLE}; GRANT SELECT ON {view} TO {app}")


NOT_TENANT = ["socialaccount_socialtoken"]  # has an account_id, but it is allauth's social account

UNPROTECTED = """SELECT c.oid::regclass::text FROM pg_class c
  JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'account_id'
  WHERE c.relkind IN ('r','p') AND c.relname <> ALL(%s) AND c.relnamespace = 'public'::regnamespace
  AND NOT (c.relrowsecurity AND c.relforcerowsecurity AND ARRAY['every_account','tenant']::name[] =
    (SELECT array_agg(polname ORDER BY polname) FROM pg_policy WHERE polrelid = c.oid))"""
PLAIN_FOREIGN_KEYS = """SELECT conrelid::regclass || '.' || conname FROM pg_constraint f WHERE contype = 'f'
  AND EXISTS (SELECT FROM pg_attribute WHERE attrelid = conrelid AND attname = 'account_id')
  AND EXISTS (SELECT FROM pg_attribute WHERE attrelid = confrelid AND attname = 'account_id')
  AND cardinality(conkey) = 1"""
VIEWS = """SELECT c.oid::regclass::text FROM pg_class c
  WHERE relkind IN ('v','m') AND relnamespace = 'public'::regnamespace AND (relkind = 'm' OR relowner <> %s::regrole
  OR pg_get_viewdef(oid) NOT LIKE '%%account_id = %%NULLIF(current_setting(''app.account''::text%%')"""
ROLE = """SELECT r.rolsuper OR r.rolbypassrls, pg_has_role(current_user, %s, 'USAGE'),
  EXISTS (SELECT FROM pg_class WHERE relnamespace = 'public'::regnamespace
    AND pg_has_role(current_user, relowner, 'USAGE') AND relkind = 'r')
  FROM pg_roles r WHERE rolname = current_user"""


def _rows(cursor: CursorWrapper, sql: str, params: list[Any] | None = None) -> list[str]:
    cursor.execute(sql, params)
    return [name for (name,) in cursor.fetchall()]


def database_problems() -> list[str]:
    """What in the database itself would let one account see another's rows."""
    with connection.cursor() as cursor:
        unprotected = _rows(cursor, UNPROTECTED, [NOT_TENANT])
        plain = _rows(cursor, PLAIN_FOREIGN_KEYS)
        views = _rows(cursor, VIEWS, [tenancy.EVERY_ROLE])
        cursor.execute(ROLE, [tenancy.EVERY_ROLE])
        bypasses, inherits, owns = cursor.fetchone()
    return [
        *(f"{table} has account_id but not the tenant policies" for table in unprotected),
        *(f"{name} is a plain foreign key between tenant tables: use TenantForeignKey" for name in plain),
        *(f"{view}: only CreateTenantView may make views (a restore also loses the view's owner)" for view in views),
        *(["the login is superuser or BYPASSRLS"] if bypasses else []),
        *([f"the login inherits {tenancy.EVERY_ROLE}"] if inherits else []),
        *(["the login owns tables"] if owns else []),
    ]


def model_problems() -> list[str]:
    """Models whose foreign keys would accept another account's row."""
    found = []
    for model in filter(tenancy.is_tenant_model, apps.get_models(include_auto_created=True)):
        same = {c.field for c in model._meta.constraints if isinstance(c, SameAccount)}
        for field in model._meta.local_fields:
            target = field.remote_field.model if field.remote_field else None
            if target and field.name not in same and tenancy.is_tenant_model(target):
                found.append(f"{model._meta.label}.{field.name} lacks SameAccount")
        for relation in model._meta.local_many_to_many:
            through = relation.remote_field.through
            if through is not None and through._meta.auto_created:
                found.append(f"{model._meta.label}.{relation.name}: give the many-to-many a TenantModel as through")
    return found


def tenancy_check(databases: Sequence[str] | None = None, **_kwargs: object) -> list[checks.CheckMessage]:
    """`manage.py check --database default`; /readyz and a test call the same."""
    if not databases:
        return []
    return [checks.Error(text, id="tenancy.E001") for text in [*database_problems(), *model_problems()]]
