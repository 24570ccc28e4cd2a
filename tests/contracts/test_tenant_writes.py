"""What one account can write into another: nothing. And the walls themselves: policies, keys, roles."""

from __future__ import annotations

import io

import psycopg2
import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, IntegrityError, transaction
from psycopg2.extras import execute_values

from accounts import roles
from accounts.tenancy import raw_cursor, tenant
from crm.models import Pipeline
from tests.contracts.conftest import Two, bare, rows


@pytest.mark.rule("G10")
def test_writes_for_another_account_are_refused(two: Two) -> None:
    a, b = two
    with tenant(a):
        mine = Pipeline.objects.get()
        for use in (
            lambda: Pipeline.objects.create(account=b, name="x"),
            lambda: Pipeline.objects.filter(pk=mine.pk).update(account=b),
            lambda: Pipeline.objects.bulk_create([Pipeline(name="x"), Pipeline(account=b, name="x")]),
            lambda: rows("insert into crm_pipeline (account_id, name, position) values (%s, 'x', 0)", [b.pk]),
        ):
            with pytest.raises(DatabaseError, match="row-level security"), transaction.atomic():
                use()
        assert Pipeline.objects.count() == 1


@pytest.mark.rule("G10")
def test_a_conflict_cannot_take_over_another_accounts_row(two: Two) -> None:
    a, b = two
    with tenant(b):
        theirs = Pipeline.objects.get()
    steal = (
        "insert into crm_pipeline (id, account_id, name, position) values (%s, %s, 'q', 0)"
        " on conflict (id) do update set name = 'stolen'"
    )
    with tenant(a), pytest.raises(DatabaseError, match="row-level security"), transaction.atomic():
        rows(steal, [theirs.pk, a.pk])


@pytest.mark.rule("G10")
def test_a_foreign_key_to_another_account_is_refused(two: Two) -> None:
    a, b = two
    with tenant(b):
        theirs = Pipeline.objects.get()
    insert = "insert into crm_stage (account_id, pipeline_id, name, position, kind) values (%s, %s, 'evil', 0, 'open')"
    with tenant(a), pytest.raises(IntegrityError, match="same_account"), transaction.atomic():
        rows(f"{insert}; set constraints all immediate", [a.pk, theirs.pk])


def test_bulk_ways_past_django_stay_inside(two: Two) -> None:
    a, b = two
    with tenant(a), raw_cursor() as cursor:
        insert = "insert into crm_pipeline (account_id, name, position) values %s returning id"
        assert len(execute_values(cursor, insert, [(a.pk, f"n{n}", 0) for n in range(5)], fetch=True)) == 5
        out = io.StringIO()
        cursor.copy_expert("copy crm_pipeline to stdout", out)
        assert out.getvalue().count("\n") == 6
    with pytest.raises(psycopg2.Error, match="row-level security"), tenant(a), raw_cursor() as cursor:
        execute_values(cursor, insert, [(b.pk, "x", 0)], fetch=True)


@pytest.mark.rule("G10")
def test_the_application_cannot_take_the_walls_down(two: Two) -> None:
    for sql in (
        "alter table crm_stage disable row level security",
        "drop policy tenant on crm_stage",
        "set role crm_owner",
        "create function f() returns int language sql as 'select 1'",
        "insert into threads_message_search (message_id) values (1)",
        "set row_security = off; select * from crm_stage",
        "delete from django_migrations",
    ):
        with pytest.raises(DatabaseError), transaction.atomic(), tenant(two[0]):
            rows(sql)


def test_commands_name_their_account(two: Two, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(CommandError, match="outside tenant"):
        call_command("dumpdata", "crm.Pipeline")
    call_command("as_account", "every", "dumpdata", "crm.Pipeline")
    assert capsys.readouterr().out.count("pipeline ") == 2
    call_command("as_account", str(two[0].pk), "dumpdata", "crm.Pipeline")
    assert capsys.readouterr().out.count("pipeline ") == 1


@pytest.mark.rule("G10")
@pytest.mark.django_db
def test_every_tenant_table_has_its_walls() -> None:
    assert roles.database_problems() == []
    assert roles.model_problems() == []


@pytest.mark.django_db(transaction=True)
def test_the_check_sees_what_lacks_walls() -> None:
    with roles.database_owner():
        rows("create view leak as select 1 as one")
        rows("create table evil (id int, account_id bigint, stage_id bigint references crm_stage(id))")
        try:
            found = "\n".join(roles.database_problems())
            assert bare("select count(*) from crm_stage") == [(0,)]  # FORCE: the owner sees nothing either
        finally:
            rows("drop table evil")
            rows("drop view leak")
    assert "leak: only" in found
    assert "evil has account_id" in found
    assert "plain foreign key" in found
    assert "the login owns tables" in found
