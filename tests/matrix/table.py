"""The committed table: who gets what at which door, and for which kind of mailbox."""

from __future__ import annotations

from pathlib import Path

from tests.matrix.world import BOXES

TABLE = Path(__file__).with_name("table.txt")
Line = dict[str, str]  # by box: one character for each role, in the order of world.ROLES


def read_table() -> dict[str, Line]:
    """By the words of a Door."""
    lines = [line.split() for line in TABLE.read_text(encoding="utf-8").splitlines() if line and line[0] != "#"]
    table = {f"{route} {method}": dict(zip(BOXES, cells, strict=True)) for route, method, *cells in lines}
    assert len(table) == len(lines), "a line stands there twice"
    return table


def line_of(door: str, cells: Line) -> str:
    """As it stands in the table."""
    route, method = door.split(" ")
    return f"{route:<68} {method:<6} " + " ".join(cells.get(box, "?" * 9) for box in BOXES)
