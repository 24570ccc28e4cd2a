"""Every route and method of both faces, for each kind of mailbox and each role, against the committed table.

A route that has no line fails here: the message says which line it wants, to be read before it is put in.
"""

from __future__ import annotations

import pytest

from tests.conftest import MakeMailbox
from tests.matrix.doors import Door, list_doors
from tests.matrix.knocking import Visitor, outcome, visitors_of
from tests.matrix.table import line_of, read_table
from tests.matrix.world import ADDRESS, BOXES, CONTENT, World, build_world

pytestmark = [pytest.mark.django_db, pytest.mark.rule("K21", "K23", "K24", "G11")]
FACES = {"api": True, "pages": False}


@pytest.fixture
def world(db: None, make_mailbox: MakeMailbox) -> World:
    return build_world(make_mailbox)


def doors_of(face: str, world: World) -> list[Door]:
    return [door for door in list_doors(world.rows_of("shared")) if door.route.is_api == FACES[face]]


def found_at(door: Door, visitors: list[Visitor], world: World, box: str) -> str:
    return "".join(outcome(visitor, door, world, box) for visitor in visitors)


@pytest.mark.parametrize("box", BOXES)
@pytest.mark.parametrize("face", FACES)
def test_everybody_gets_what_the_table_says(
    face: str, box: str, world: World, caplog: pytest.LogCaptureFixture
) -> None:
    table, visitors = read_table(), visitors_of(world)
    wrong: list[str] = []
    for door in doors_of(face, world):
        found, expected = found_at(door, visitors, world, box), table.get(str(door), {}).get(box, "(no line)")
        if found != expected:
            wrong.append(f"{line_of(str(door), {box: found})} (the table has {expected})")
    assert not wrong, "\n".join(["The doors do not do what the table says:", *wrong])
    assert [word for word in (CONTENT[box], ADDRESS[box]) if word in caplog.text] == []


def test_each_line_of_the_table_has_its_door_and_each_door_its_line(world: World) -> None:
    doors = {str(door) for face in FACES for door in doors_of(face, world)}
    assert read_table().keys() == doors
