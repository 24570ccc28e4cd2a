"""Statements that are prepared answer as plain ones do, whatever the server forgets."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db import ProgrammingError, connection, transaction
from django.test.utils import CaptureQueriesContext

from accounts import prepared
from accounts.models import Account, Membership
from accounts.prepared import NOT_WAITING_FOR_THE_DISK, columns_of, prepared_models, prepared_rows
from accounts.tenancy import NoTenantScope, every_account, tenant
from tests.conftest import make_user

NAMES = "SELECT name FROM accounts_account WHERE slug = ANY(%s) AND created_at > now() - %s::interval ORDER BY name"
OF_MEMBERS = "SELECT count(*) FROM accounts_membership WHERE role <> %s"
TOLD = [["acme", "zeta"], "1 hour"]

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def accounts(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Account]]:
    monkeypatch.setattr(prepared, "_server", prepared._Server())
    yield [Account.objects.create(name=slug.title(), slug=slug) for slug in ("acme", "zeta")]
    connection.close()  # nothing prepared is left for other tests


def test_it_is_prepared_once_and_executed_each_time() -> None:
    with every_account("test"), CaptureQueriesContext(connection) as asked:
        assert [prepared_rows(NAMES, TOLD) for _ in range(7)] == [[("Acme",), ("Zeta",)]] * 7
    words = [query["sql"] for query in asked]
    assert (sum("PREPARE" in text for text in words), sum("EXECUTE" in text for text in words)) == (1, 7)


def test_a_new_connection_prepares_anew() -> None:
    with every_account("test"):
        prepared_rows(NAMES, TOLD)
        connection.close()
        assert prepared_rows(NAMES, TOLD) == [("Acme",), ("Zeta",)]
    assert not prepared._server.is_unreliable


def test_what_the_server_has_forgotten_is_asked_plainly_from_there_on() -> None:
    with every_account("test"):
        prepared_rows(NAMES, TOLD)
        with connection.cursor() as cursor:
            cursor.execute("DEALLOCATE ALL")  # as another client of a pooler finds it
        assert prepared_rows(NAMES, TOLD) == [("Acme",), ("Zeta",)]
        with CaptureQueriesContext(connection) as asked:
            assert prepared_rows(NAMES, TOLD) == [("Acme",), ("Zeta",)]
    assert "EXECUTE" not in asked[0]["sql"]


def test_what_somebody_else_has_prepared_does_no_harm() -> None:
    with every_account("test"):
        prepared_rows(NAMES, TOLD)
        prepared._server.names.clear()
        assert prepared_rows(NAMES, TOLD) == [("Acme",), ("Zeta",)]
    assert prepared._server.is_unreliable


def test_a_column_that_changes_its_type_meanwhile_does_no_harm() -> None:
    with every_account("test"), connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE shelf AS SELECT 5::integer AS number; GRANT SELECT ON shelf TO PUBLIC")
        assert prepared_rows("SELECT number FROM shelf WHERE number > %s", [4]) == [(5,)]
        cursor.execute("ALTER TABLE shelf ALTER number TYPE bigint")
        assert prepared_rows("SELECT number FROM shelf WHERE number > %s", [4]) == [(5,)]
    assert prepared._server.is_unreliable


def test_in_a_transaction_nothing_is_prepared() -> None:
    with every_account("test"), transaction.atomic(), CaptureQueriesContext(connection) as asked:
        assert prepared_rows(NAMES, TOLD) == [("Acme",), ("Zeta",)]
    assert not any("EXECUTE" in query["sql"] for query in asked)


def test_other_errors_are_the_callers() -> None:
    with every_account("test"), pytest.raises(ProgrammingError):
        prepared_rows("SELECT nothing FROM accounts_account", [])
    assert not prepared._server.is_unreliable


def test_each_account_sees_its_own_rows_through_one_statement(accounts: list[Account]) -> None:
    """The plan is made in the scope of the first; the account is asked for when it is carried out."""
    for name, account in (("one", accounts[0]), ("two", accounts[1]), ("three", accounts[1])):
        with tenant(account):
            Membership.objects.create(user=make_user(f"{name}@acme.example", name), role=Membership.Role.USER)
    found = []
    for account in accounts * 2:
        with tenant(account):
            found.append(prepared_rows(OF_MEMBERS, ["admin"])[0][0])
    assert found == [1, 2, 1, 2]


def test_without_a_scope_it_is_refused(accounts: list[Account]) -> None:
    with tenant(accounts[0]):
        prepared_rows(OF_MEMBERS, ["admin"])
    with pytest.raises(NoTenantScope):
        prepared_rows(OF_MEMBERS, ["admin"])


def test_models_come_as_django_reads_them(accounts: list[Account]) -> None:
    with every_account("test"):
        sql = f"SELECT {columns_of(Account)} FROM accounts_account WHERE slug = %s"  # noqa: S608
        [found] = prepared_models(Account, sql, ["zeta"])
        known = Account.objects.get(slug="zeta")
    fields = [field.attname for field in Account._meta.concrete_fields]
    assert [getattr(found, name) for name in fields] == [getattr(known, name) for name in fields]
    assert not found._state.adding


def test_what_has_a_name_may_stand_at_several_places() -> None:
    sql, told = "SELECT %(one)s::integer, %(two)s::integer, %(one)s::integer", {"two": 2, "one": 1}
    with every_account("test"):
        assert prepared_rows(sql, told) == [(1, 2, 1)]
        with transaction.atomic():
            assert prepared_rows(sql, told) == [(1, 2, 1)]


def test_a_setting_is_for_one_statement() -> None:
    asked = "SELECT current_setting('synchronous_commit')"
    with every_account("test"):
        usual = prepared_rows(asked, [])
        assert prepared_rows(asked, [], NOT_WAITING_FOR_THE_DISK) == [("off",)]
        assert prepared_rows(asked, []) == usual
        prepared.ask_plainly()
        assert prepared_rows(asked, [], NOT_WAITING_FOR_THE_DISK) == [("off",)]
        assert prepared_rows(asked, []) == usual
