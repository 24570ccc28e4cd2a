"""What a run leaves in the documents."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest

from bench import catalogue
from bench.chart import Bar, draw_chart, words_of
from bench.measuring import Result, Samples
from bench.report import BEGIN, END, chart_bars, markdown, replace_results, table

GOALS = {goal.name: goal for benchmark in catalogue.BENCHMARKS for goal in benchmark.goals}
MACHINE = {"date": "2026-05-04", "machine": "2 cores", "load": 1.5}
BARS = [Bar("500 letters", 900, 600), Bar("two <processes>", 1500, None)]


def kept(name: str, ours: float, theirs: float | None) -> dict[str, object]:
    samples = Samples(name, [ours], [theirs] if theirs is not None else [], {"letters": 500})
    return {**Result(GOALS[name], samples).as_json(), **MACHINE}


def test_results_replace_those_between_the_markers() -> None:
    page = f"before\n{BEGIN}old\n{END}after\n"
    assert replace_results(page, "new\n") == f"before\n{BEGIN}new\n{END}after\n"


def test_a_page_without_a_place_for_results_is_refused() -> None:
    with pytest.raises(ValueError, match="no place"):
        replace_results("nothing here", "new\n")


def test_the_page_has_a_line_for_each_goal_that_was_measured() -> None:
    rows = {
        "import_500": kept("import_500", 0.6, 0.5),
        "store_statements": kept("store_statements", 11, None),
        "poll_rate": kept("poll_rate", 100, 200),
    }
    text = markdown(rows, BARS)
    assert "| 0.6 s | 0.5 s | 1.2 | 1.2 | ≤ 1.5 | ≤ 1 | met |" in text
    assert "| 11 statements |" in text
    assert "≥ 0.8 | ≥ 1 | **missed** |" in text
    assert "2026-05-04: 2 cores" in text


def test_the_chart_says_in_words_what_it_shows() -> None:
    picture = ElementTree.fromstring(draw_chart(BARS))  # noqa: S314  (our own)
    assert picture.find("{http://www.w3.org/2000/svg}title").text == words_of(BARS)  # type: ignore[union-attr]
    assert "500 letters: 900 against 600" in words_of(BARS)


def test_the_chart_shows_rates_by_size_and_by_processes() -> None:
    rows = {"import_500": kept("import_500", 0.5, 1.0), "import_two": kept("import_two", 1500, 900)}
    assert [(bar.ours, bar.theirs) for bar in chart_bars(rows)] == [(1000, 500), (1500, None)]


def test_the_table_lines_up() -> None:
    lines = table([kept("import_500", 0.6, 0.5), kept("store_statements", 11, None)]).splitlines()
    assert len({line.index(word) for line, word in zip(lines[1:], ["met", "met"], strict=True)}) == 1


def test_every_name_is_known_once() -> None:
    names = [benchmark.name for benchmark in catalogue.BENCHMARKS]
    assert len(names) == len(set(names))
    assert len(GOALS) == sum(len(benchmark.goals) for benchmark in catalogue.BENCHMARKS)
    assert [benchmark.name for benchmark in catalogue.find(["store", "fetch"])] == ["fetch", "store"]
