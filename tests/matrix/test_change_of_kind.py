"""The same again after the kind of a mailbox changed, with browsers and tokens that were open before (K25)."""

from __future__ import annotations

import pytest

from accounts.models import Notice
from accounts.tenancy import tenant
from mailboxes.kinds import change_kind
from mailboxes.models import MailboxAccess
from tests.conftest import MakeMailbox
from tests.matrix.doors import Door, list_doors
from tests.matrix.knocking import outcome, visitors_of
from tests.matrix.table import line_of, read_table
from tests.matrix.world import ROLES, World, build_world

pytestmark = [pytest.mark.django_db, pytest.mark.rule("K25", "K23", "K21")]
OF_AN_AUTHOR = {"draft", "upload", "template", "file"}
SHOWS_OWN_DRAFTS = {"api/v1/drafts/", "mail/compose/", "mail/drafts/", "mail/drafts/rows/"}
INSIDERS = [letter for letter in ROLES if letter not in "AOD"]


@pytest.fixture
def world(db: None, make_mailbox: MakeMailbox) -> World:
    return build_world(make_mailbox)


def change(world: World, box: str, becomes: str) -> None:
    """The world of the table: whose tick is narrowed to a mailbox has it whenever it is shared."""
    owner = world.members["W"] if becomes == "personal" else None
    with tenant(world.account.pk):
        change_kind(world.members["M"], world.boxes[box].pk, becomes, owner)
        Notice.objects.filter(facts__address=world.boxes[box].address).delete()  # they name it, as they should
        if becomes == "shared":
            MailboxAccess.objects.create(membership=world.members["H"], mailbox=world.boxes[box])
    world.untouched.clear()


def doors_of(world: World, is_api: bool) -> list[Door]:
    """What names a row of the mailbox, and all that is only read; not what stays its author's, whose mailbox it is."""
    doors = [door for door in list_doors(world.rows_of("shared")) if door.route.is_api == is_api]
    doors = [door for door in doors if not door.kinds & OF_AN_AUTHOR and door.route.template not in SHOWS_OWN_DRAFTS]
    return [door for door in doors if door.is_of_a_mailbox or door.method == "GET"]


@pytest.mark.parametrize(("box", "becomes"), [("shared", "personal"), ("open", "shared")])
@pytest.mark.parametrize("is_api", [True, False], ids=["api", "pages"])
def test_open_sessions_get_what_the_new_kind_gives(is_api: bool, box: str, becomes: str, world: World) -> None:
    table, wrong = read_table(), []
    visitors = [visitor for visitor in visitors_of(world) if visitor.letter in INSIDERS]
    before = next(door for door in doors_of(world, is_api) if door.kinds == {"message"})
    assert {outcome(visitor, before, world, box) for visitor in visitors} == {"y", "-"}
    change(world, box, becomes)
    for door in doors_of(world, is_api):
        found = "".join(outcome(visitor, door, world, box) for visitor in visitors)
        line = table.get(str(door), {}).get(becomes, "(no line)")
        if found != line[-len(INSIDERS) :]:
            wrong.append(f"{line_of(str(door), {becomes: '...' + found})} (the table has {line})")
    assert not wrong, "\n".join(wrong)
