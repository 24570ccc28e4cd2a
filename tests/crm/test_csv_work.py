"""A worker that dies has done nothing, two do not do it twice, and one that kills its workers is given up."""

from __future__ import annotations

import uuid
from collections import Counter
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from accounts.models import Account, Membership
from crm import csv_work
from crm.contacts import ContactValues, create_contact
from crm.csv_import import get_import_for, start_import, try_import, upload_import
from crm.csv_jobs import KEPT_FOR, forget_old
from crm.csv_work import MAX_TRIES, Progress, work
from crm.csv_writing import MANY
from crm.models import CardImport, Contact
from mailkit import failpoints
from mailkit.failpoints import FailpointReached
from tests.crm.importing import counts, tried

pytestmark = pytest.mark.django_db
FILE = "First name,Email\nAna,ana@client.example\nTom,tom@client.example\n"


def test_a_worker_killed_before_its_end_has_done_nothing(
    in_account: Account, alice: Membership, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = start_import(tried(alice, "contact", FILE))
    monkeypatch.setattr(failpoints, "_hits", Counter())
    monkeypatch.setenv("FAILPOINT", "C1:1:raise")  # when all rows are written
    with pytest.raises(FailpointReached):
        work(row.pk)
    assert not Contact.objects.exists()
    monkeypatch.undo()
    work(row.pk)  # its lease still stands
    assert not Contact.objects.exists()
    CardImport.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    work(row.pk)
    work(row.pk)  # nothing is left to do
    assert (Contact.objects.count(), get_import_for(alice, row.pk).state) == (2, "done")


def test_who_lost_the_lease_writes_nothing(in_account: Account, alice: Membership) -> None:
    row = start_import(tried(alice, "contact", FILE))
    claimed = csv_work._claim(row.pk)
    assert claimed
    CardImport.objects.update(lease_token=uuid.uuid4())  # another worker took it over meanwhile
    with pytest.raises(csv_work._Overtaken):
        csv_work._carry_out(claimed, Progress())
    assert not Contact.objects.exists()


def test_one_that_kills_its_workers_is_given_up(in_account: Account, alice: Membership) -> None:
    row = start_import(tried(alice, "contact", FILE))
    CardImport.objects.update(tries=MAX_TRIES)
    work(row.pk)
    row = get_import_for(alice, row.pk)
    assert (row.state, Contact.objects.count()) == ("failed", 0)
    assert "did not get through" in row.bad_rows[0]["problems"][0][1]
    work(try_import(row).pk)
    assert counts(get_import_for(alice, row.pk)) == (2, 0, 0, 0)


def test_what_has_become_wrong_since_it_was_tried_is_told_instead(in_account: Account, alice: Membership) -> None:
    row = start_import(tried(alice, "contact", FILE))
    for _number in range(2):
        create_contact(ContactValues("Ana", "", ["ana@client.example"]))  # which of them is meant now?
    work(row.pk)
    row = get_import_for(alice, row.pk)
    assert (row.state, row.bad_count, Contact.objects.count()) == ("tried", 1, 2)


def test_old_files_are_forgotten(in_account: Account, alice: Membership) -> None:
    old, new = (upload_import(alice, "contact", "x.csv", FILE.encode()) for _number in range(2))
    CardImport.objects.filter(pk=old.pk).update(created_at=timezone.now() - KEPT_FOR)
    forget_old()
    assert list(CardImport.objects.all()) == [new]


def test_many_rows_are_counted_before_their_foreign_keys_are_checked(in_account: Account, alice: Membership) -> None:
    """Else the check of each may look through all: see crm.bulk_rows.count_cards."""
    people = "".join(f"Ana{number},ana{number}@client.example\n" for number in range(MANY))
    work(start_import(tried(alice, "contact", f"First name,Email\n{people}")).pk)
    with connection.cursor() as cursor:
        cursor.execute("SELECT reltuples FROM pg_class WHERE oid = 'crm_contactemail'::regclass")
        assert cursor.fetchone()[0] == MANY
