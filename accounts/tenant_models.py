"""What a tenant table is made of: base model, foreign keys and the schema objects that keep accounts apart.

The schema objects are `Meta.constraints`, so makemigrations writes and removes them by itself. A model with a Meta of
its own repeats `*TenantModel.Meta.constraints`; the check in roles.py sees when it does not.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from accounts.tenancy import ACCOUNT_SQL, EVERY_ROLE, current_account_id

Quote = Callable[[str], str]
if TYPE_CHECKING:
    _ST = TypeVar("_ST", contravariant=True)
    _GT = TypeVar("_GT", covariant=True)

    class _ForeignKey(models.ForeignKey[_ST, _GT]):
        """For type checkers a foreign key knows what it leads to."""

else:
    _ForeignKey = models.ForeignKey


def _column(model: type[models.Model], name: str) -> str:
    """The column of a foreign key."""
    return str(model._meta.get_field(name).attname)  # type: ignore[union-attr]


class _SqlConstraint(models.BaseConstraint):
    """Plain statements, run with the table."""

    def up(self, model: type[models.Model], quote: Quote) -> list[str]:
        raise NotImplementedError

    def down(self, model: type[models.Model], quote: Quote) -> list[str]:
        raise NotImplementedError

    def validate(self, *args: Any, **kwargs: Any) -> None:
        """The database decides."""

    def constraint_sql(self, model: type[models.Model] | None, schema_editor: BaseDatabaseSchemaEditor | None) -> str:
        return self.create_sql(model, schema_editor)

    def create_sql(self, model: type[models.Model] | None, schema_editor: BaseDatabaseSchemaEditor | None) -> str:
        """At the end of the migration: the table, and the unique key that a SameAccount points to, exist by then."""
        assert model is not None and schema_editor is not None  # noqa: S101, PT018  (Django always passes both)
        schema_editor.deferred_sql.extend(self.up(model, schema_editor.quote_name))
        return ""

    def remove_sql(self, model: type[models.Model] | None, schema_editor: BaseDatabaseSchemaEditor | None) -> str:
        assert model is not None and schema_editor is not None  # noqa: S101, PT018
        return "; ".join(self.down(model, schema_editor.quote_name))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, type(self)) and self.deconstruct() == other.deconstruct()

    __hash__ = None  # type: ignore[assignment]


class TenantPolicy(_SqlConstraint):
    """Row-level security on and forced; one policy for the account and one for the role of every_account()."""

    def up(self, model: type[models.Model], quote: Quote) -> list[str]:
        table, column = quote(model._meta.db_table), quote(_column(model, "account"))
        return [
            f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY",
            f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY",
            f"CREATE POLICY tenant ON {table} USING ({column} = {ACCOUNT_SQL})",
            f"CREATE POLICY every_account ON {table} TO {EVERY_ROLE} USING (true)",
        ]

    def down(self, model: type[models.Model], quote: Quote) -> list[str]:
        table = quote(model._meta.db_table)
        return [
            f"DROP POLICY tenant ON {table}",
            f"DROP POLICY every_account ON {table}",
            f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY",
            f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY",
        ]


class SameAccount(_SqlConstraint):
    """Composite foreign key (account_id, x_id) -> (account_id, id); the field itself has db_constraint=False.

    Plain foreign keys are checked as the table's owner, past row-level security: they accept another account's row.
    """

    def __init__(self, *, field: str, name: str) -> None:
        self.field = field
        super().__init__(name=name)

    def up(self, model: type[models.Model], quote: Quote) -> list[str]:
        target = model._meta.get_field(self.field).related_model._meta.db_table  # type: ignore[union-attr]
        column = quote(_column(model, self.field))
        return [
            f"ALTER TABLE {quote(model._meta.db_table)} ADD CONSTRAINT {quote(self.name)} "
            f"FOREIGN KEY (account_id, {column}) REFERENCES {quote(target)} (account_id, id) "
            "DEFERRABLE INITIALLY DEFERRED"
        ]

    def down(self, model: type[models.Model], quote: Quote) -> list[str]:
        return [f"ALTER TABLE {quote(model._meta.db_table)} DROP CONSTRAINT {quote(self.name)}"]

    def deconstruct(self) -> tuple[str, Sequence[Any], dict[str, Any]]:
        path, args, kwargs = super().deconstruct()
        return path, args, {**kwargs, "field": self.field}


class TenantForeignKey(_ForeignKey):
    """A foreign key between tenant tables: `SameAccount` in Meta.constraints is its constraint."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["db_constraint"] = False
        super().__init__(*args, **kwargs)


class TenantModel(models.Model):
    """A row of one account."""

    account = models.ForeignKey(
        "accounts.Account",
        on_delete=models.CASCADE,
        default=current_account_id,
        editable=False,
        db_index=False,  # every index of a tenant table begins with the account anyway
        related_name="+",
    )

    class Meta:
        abstract = True
        constraints = [
            TenantPolicy(name="%(class)s_tenant"),
            models.UniqueConstraint(fields=["account", "id"], name="%(class)s_account_id"),
        ]


class TenantPartModel(TenantModel):
    """A row that always belongs to another tenant row. Its SameAccount says that the account is that one's, which
    exists: a key of its own to the accounts would only be checked once more for each row that is written.
    """

    account = models.ForeignKey(
        "accounts.Account",
        on_delete=models.CASCADE,
        default=current_account_id,
        editable=False,
        db_index=False,
        db_constraint=False,
        related_name="+",
    )

    class Meta(TenantModel.Meta):
        abstract = True


class TenantLeafModel(TenantPartModel):
    """A part that no foreign key points to: it needs no key by account and id, an index less for each row."""

    class Meta(TenantPartModel.Meta):
        abstract = True
        constraints = [TenantPolicy(name="%(class)s_tenant")]


class CreateTenantView(migrations.RunSQL):
    """A plain view of one account's rows, for operators that are not LEAKPROOF: @@, LIKE, trigrams.

    It runs as EVERY_ROLE, past the policy, and carries the account condition itself; read only. `+ 0` makes its
    expression differ from the policies': equal ones are merged when the view is joined to a tenant table, and the
    barrier is back.
    """

    def __init__(self, view: str, table: str, columns: list[str]) -> None:
        self.view, self.table, self.columns = view, table, columns
        super().__init__(
            [
                f"CREATE VIEW {view} AS SELECT {', '.join(columns)} FROM {table} WHERE account_id = {ACCOUNT_SQL} + 0",  # noqa: S608
                f"GRANT SELECT ON {table} TO {EVERY_ROLE}",
                f"GRANT CREATE ON SCHEMA public TO {EVERY_ROLE}",
                f"ALTER VIEW {view} OWNER TO {EVERY_ROLE}",
                f"REVOKE CREATE ON SCHEMA public FROM {EVERY_ROLE}",
            ],
            [f"SET LOCAL ROLE {EVERY_ROLE}", f"DROP VIEW {view}", "SET LOCAL ROLE NONE"],
        )

    def deconstruct(self) -> tuple[str, Sequence[Any], dict[str, Any]]:
        return self.__class__.__qualname__, [self.view, self.table, self.columns], {}
