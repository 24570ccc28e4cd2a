"""The policy kept as SQL is the policy: for each kind of member there is, and each kind of mailbox."""

from __future__ import annotations

from itertools import product

import pytest
from django.db import connection

from accounts.models import Account, Membership
from mailboxes.models import Mailbox, MailboxAccess
from mailboxes.readable import readable_ids, readable_sql
from tests.conftest import MakeMailbox, make_user

pytestmark = pytest.mark.usefixtures("in_account")


@pytest.fixture
def everybody(in_account: Account) -> list[Membership]:
    """Of each kind two, so that one is not taken for the other."""
    kinds = list(product(Membership.Role.values, [True, False], [True, False], range(2)))
    return [
        Membership.objects.create(
            user=make_user(f"m{number}@acme.example", f"Member {number}"),
            role=role,
            mail_access_all=tick,
            is_active=active,
        )
        for number, (role, tick, active, _twin) in enumerate(kinds)
    ]


def mailboxes(everybody: list[Membership], make_mailbox: MakeMailbox) -> list[Mailbox]:
    made = [make_mailbox(f"own{member.pk}@acme.example", owner=member) for member in everybody]
    made += [make_mailbox(f"all{number}@acme.example", account_of=everybody[0]) for number in range(3)]
    Mailbox.objects.filter(pk__in=[mailbox.pk for mailbox in made[::3]], kind="personal").update(
        shared_with_admins=True
    )
    Mailbox.objects.filter(pk__in=[made[1].pk, made[-1].pk]).update(state="removing")
    for member in everybody[::2]:
        MailboxAccess.objects.create(membership=member, mailbox=made[-2])
        MailboxAccess.objects.create(membership=member, mailbox=made[-1])
    return made


@pytest.mark.rule("K20", "K21", "K23", "K24")
def test_each_member_reads_what_the_policy_says(everybody: list[Membership], make_mailbox: MakeMailbox) -> None:
    assert len(mailboxes(everybody, make_mailbox)) > len(everybody)
    told = {member.pk: set(Mailbox.objects.visible_to(member).values_list("pk", flat=True)) for member in everybody}
    kept = {
        member.pk: set(Mailbox.objects.filter(pk__in=readable_ids(member)).values_list("pk", flat=True))
        for member in everybody
    }
    assert kept == told
    assert len(set(map(frozenset, told.values()))) > 4


def test_a_right_that_is_taken_away_is_gone_at_once(bob: Membership, make_mailbox: MakeMailbox) -> None:
    shared = make_mailbox("sales@acme.example", account_of=bob)
    own = make_mailbox("bob@acme.example", owner=bob)
    mine = Mailbox.objects.filter(pk__in=readable_ids(bob)).with_servers()
    assert set(mine) == {shared, own}
    bob.mail_access_all = False
    assert list(Mailbox.objects.filter(pk__in=readable_ids(bob)).with_servers()) == [own]


def test_its_column_can_be_named_in_a_larger_statement(bob: Membership, make_mailbox: MakeMailbox) -> None:
    """A name that is not there would be taken from the statement around it, and everything would be readable."""
    make_mailbox("sales@acme.example", account_of=bob)
    for is_active in (True, False):
        bob.is_active = is_active
        sql, params = readable_sql(bob)
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT * FROM ({sql}) readable", params)  # noqa: S608
            assert [column.name for column in cursor.description] == ["id"]
