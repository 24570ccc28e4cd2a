"""What one account sees of another: nothing, whatever way it asks."""

from __future__ import annotations

import threading

import pytest
from django.db import DatabaseError, connection, connections, transaction
from django.db.models import Count, Exists, OuterRef
from pytest_django import DjangoAssertNumQueries, DjangoCaptureOnCommitCallbacks

from accounts.models import Account
from accounts.services import create_account
from accounts.tenancy import NoTenantScope, every_account, keep_scope, on_commit, tenant
from crm.models import Pipeline, Stage
from tests.contracts.conftest import Two, bare, rows


@pytest.mark.rule("G10")
def test_without_scope_the_orm_is_loud(two: Two) -> None:
    for use in (
        Stage.objects.count,
        lambda: list(Pipeline.objects.all()),
        lambda: Stage.objects.update(name="x"),
        lambda: Stage.objects.all().delete(),
        lambda: Stage(name="x"),
        lambda: rows("select * from crm_stage"),
        lambda: Pipeline.objects.bulk_create([Pipeline(account=two[0], name="x")]),
    ):
        with pytest.raises(NoTenantScope):
            use()


@pytest.mark.rule("G10")
def test_without_scope_the_database_shows_nothing_and_takes_nothing(two: Two) -> None:
    rows("select 1")  # in a transaction the statement before must not leave its scope behind
    assert bare("select * from crm_stage") == bare("select * from threads_message_search") == []
    assert bare("update crm_stage set name = 'x'") == bare("delete from crm_stage") == 0
    with pytest.raises(Exception, match="row-level security"), transaction.atomic():
        bare(f"insert into crm_pipeline (account_id, name, position) values ({two[0].pk}, 'x', 0)")  # noqa: S608


@pytest.mark.rule("G10")
def test_inside_a_scope_only_its_rows_are_there(two: Two) -> None:
    a, b = two
    with tenant(a):
        assert Stage.objects.count() == len(rows("select * from crm_stage")) == 3
        assert not Stage.objects.filter(account=b).exists()
        assert Stage.objects.filter(account=b).update(name="x") == 0
        assert Stage.objects.select_related("pipeline").filter(pipeline__name="pipeline b").count() == 0
        assert Pipeline.objects.annotate(n=Count("stages")).values_list("n", flat=True)[0] == 3
        theirs = Stage.objects.filter(name="b1", pipeline=OuterRef("pk"))
        assert not Pipeline.objects.filter(Exists(theirs)).exists()
        joined = "select count(*) from crm_stage s join crm_pipeline p on p.id = s.pipeline_id"
        assert rows(joined) == [(3,)]
        assert len(list(Stage.objects.iterator(chunk_size=1))) == 3
    with tenant(b):
        assert Stage.objects.exclude(name="x").count() == 3


def test_a_scope_costs_no_round_trip(two: Two, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    with tenant(two[0]), django_assert_num_queries(1):
        Stage.objects.count()


@pytest.mark.rule("G10")
def test_scopes_change_inside_one_transaction_and_after_errors(two: Two) -> None:
    a, b = two
    with transaction.atomic():
        with tenant(a):
            assert Stage.objects.count() == 3
            with every_account("test"):
                assert Stage.objects.count() == 6
                assert rows("select current_user") == [("crm_all",)]
            assert Stage.objects.count() == 3
            assert rows("select current_user") == [("crm_app",)]
            with pytest.raises(DatabaseError), transaction.atomic():
                rows("select 1/0")
            with pytest.raises(KeyError):
                _rename_and_fail(b)
            assert Stage.objects.filter(name__startswith="a").count() == 3
        with pytest.raises(NoTenantScope):
            Stage.objects.count()
        assert rows("select current_setting('app.account', true)") == [("",)]
    with tenant(b):
        assert Stage.objects.filter(name__startswith="b").count() == 3


def _rename_and_fail(account: Account) -> None:
    with transaction.atomic(), tenant(account):
        Stage.objects.update(name="gone")
        raise KeyError


@pytest.mark.rule("G10")
@pytest.mark.django_db(transaction=True)
def test_threads_start_without_scope_and_reused_connections_keep_nothing() -> None:
    seen: list[NoTenantScope] = []

    def work() -> None:
        try:
            Pipeline.objects.count()
        except NoTenantScope as error:
            seen.append(error)
        finally:
            connections.close_all()

    with tenant(create_account("a", admin_email="a@a.example").account):
        Pipeline.objects.create(name="x")
        assert bare("select * from crm_pipeline") == []  # same connection, right after a scoped statement
        assert bare("select current_setting('app.account', true), current_user") == [("", "crm_app")]
        worker = threading.Thread(target=work)
        worker.start()
        worker.join()
    assert len(seen) == 1


def test_work_after_the_commit_keeps_the_scope(
    two: Two, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    seen = []
    with django_capture_on_commit_callbacks(execute=True), transaction.atomic(), tenant(two[0]):
        on_commit(lambda: seen.append(Stage.objects.count()))
    assert seen == [3]


def test_streams_keep_the_scope_of_their_request(two: Two) -> None:
    with tenant(two[0]):
        stream = keep_scope(stage.name for stage in Stage.objects.order_by("name").iterator())
    assert list(stream) == ["a0", "a1", "a2"]


def test_every_account_wants_a_reason() -> None:
    with pytest.raises(ValueError, match="reason"), every_account(""):
        pass


def test_server_side_cursors_are_off() -> None:
    """They cannot carry a scope."""
    assert connection.settings_dict["DISABLE_SERVER_SIDE_CURSORS"] is True
