"""What is shown and kept of results: a JSON line each, a table, docs/benchmarks.md with its chart.

docs/benchmarks.json keeps the last result of every goal, so that a run of a few benchmarks leaves the others in place.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from bench import catalogue
from bench.chart import Bar, draw_chart, words_of
from bench.machine import describe_machine
from bench.measuring import Goal, Result, Verdict

Row = Mapping[str, Any]
DOCS = Path(__file__).resolve().parent.parent / "docs"
BEGIN, END = "<!-- results: written by ./crm-mail bench --write -->\n", "<!-- end of results -->\n"
COLUMNS = ("name", "ours", "theirs", "unit", "ratio", "best", "must", "aim", "verdict", "n", "load")
MARKS = {Verdict.AIM: "**aim met**", Verdict.MET: "met", Verdict.NEAR: "*near*", Verdict.MISSED: "**missed**"}
CHARTED = ("import_500", "import_2000", "import_10000")
TWO = "import_two"


def json_line(result: Result) -> str:
    return json.dumps(result.as_json())


def table(rows: Sequence[Row]) -> str:
    """For the terminal."""
    cells = [COLUMNS, *([_cell(row.get(column)) for column in COLUMNS] for row in rows)]
    widths = [max(len(line[place]) for line in cells) for place in range(len(COLUMNS))]
    return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)) for line in cells)


def write(results: Sequence[Result], docs: Path = DOCS) -> None:
    """Put these results, and those of earlier runs of other benchmarks, into the documents."""
    file, page = docs / "benchmarks.json", docs / "benchmarks.md"
    kept: dict[str, Any] = json.loads(file.read_text()) if file.exists() else {}
    kept.update({result.goal.name: {**result.as_json(), **describe_machine()} for result in results})
    file.write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")
    bars = chart_bars(kept)
    (docs / "benchmarks.svg").write_text(draw_chart(bars), encoding="utf-8")
    page.write_text(replace_results(page.read_text(encoding="utf-8"), markdown(kept, bars)), encoding="utf-8")


def replace_results(page: str, results: str) -> str:
    """The page with other results between the markers. Raises ValueError without markers."""
    before, _, rest = page.partition(BEGIN)
    _old, found, after = rest.partition(END)
    if not found:
        raise ValueError("docs/benchmarks.md has no place for results")
    return f"{before}{BEGIN}{results}{END}{after}"


def markdown(kept: Mapping[str, Row], bars: Sequence[Bar]) -> str:
    goals = [goal for benchmark in catalogue.BENCHMARKS for goal in benchmark.goals if goal.name in kept]
    head = "| what | against | ours | theirs | ratio | best | must | aim | |\n|---|---|---|---|---|---|---|---|---|\n"
    lines = [_line(goal, kept[goal.name]) for goal in goals]
    machines = sorted({f"{kept[goal.name]['date']}: {kept[goal.name]['machine']}" for goal in goals})
    loads = [float(kept[goal.name]["load"]) for goal in goals]
    notes = f"\nMeasured {'; '.join(machines)}. Load average while measuring: {min(loads):g} to {max(loads):g}.\n"
    return f"{head}{''.join(lines)}{notes}\n![{words_of(bars)}](benchmarks.svg)\n"


def _line(goal: Goal, row: Row) -> str:
    unit = f" {goal.unit}" if goal.unit else ""
    theirs = "" if row["theirs"] is None else f"{_cell(row['theirs'])}{unit}"
    times = _cell(row["ratio"])
    best = "" if row["theirs"] is None else _cell(row["best"])
    sign = "≥" if goal.more_is_better else "≤"
    aim = "" if goal.aim is None else f"{sign} {goal.aim:g}"
    cells = [goal.what, goal.against, f"{_cell(row['ours'])}{unit}", theirs, times, best, f"{sign} {goal.must:g}", aim]
    return f"| {' | '.join([*cells, MARKS[Verdict(row['verdict'])]])} |\n"


def chart_bars(kept: Mapping[str, Row]) -> list[Bar]:
    """Letters a second by size of mailbox, and of two processes at once."""
    rows = [kept[name] for name in CHARTED if name in kept]
    bars = [
        Bar(f"{row['letters']:,} letters", row["letters"] / row["ours"], row["letters"] / row["theirs"]) for row in rows
    ]
    if row := kept.get(TWO):
        bars.append(Bar(f"2 x {row['letters']:,}, two processes", row["ours"], None))
    return bars


def _cell(value: object) -> str:
    if value is None:
        return ""
    return f"{value:g}" if isinstance(value, float) else str(value)
