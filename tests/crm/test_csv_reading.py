"""Files as people's programs write them: letters, delimiters, lines."""

from __future__ import annotations

import csv
import io
import re

import pytest

from crm.csv_cells import guarded, join_values, split_values, unguarded
from crm.csv_reading import DELIMITERS, MAX_COLUMNS, count_lines, read_table
from crm.errors import ValueRefused


@pytest.mark.parametrize(
    ("text", "encoding", "found"),
    [
        ("Имя,Почта\nАнна,a@b.example\n", "utf-8", "utf-8"),
        ("Имя,Почта\nАнна,a@b.example\n", "utf-8-sig", "utf-8"),
        ("Имя,Почта\nАнна,a@b.example\n", "utf-16", "utf-16"),
        ("Имя;Почта\nАнна;a@b.example\n", "windows-1251", "windows-1251"),
        ("Nombre;Dirección\nMuñoz;Peñón\n", "windows-1252", "windows-1252"),
    ],
)
def test_letters_are_read_as_they_were_written(text: str, encoding: str, found: str) -> None:
    table = read_table(text.encode(encoding))
    delimiter = ";" if ";" in text else ","
    assert (table.encoding, table.delimiter) == (found, delimiter)
    assert table.columns == text.splitlines()[0].split(delimiter)
    assert [line.cells for line in table.lines()] == [text.splitlines()[1].split(delimiter)]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found_though_others_stand_in_texts(delimiter: str) -> None:
    text = delimiter.join(["Name, full", "Note"]) if delimiter != "," else '"Name; full",Note'
    rows = [delimiter.join(['"Ana, or; so"', "x"]) for _number in range(3)]
    assert read_table("\n".join([text, *rows]).encode()).delimiter == delimiter


def test_excels_own_first_line_is_no_header() -> None:
    table = read_table(b"sep=;\r\nName;Email\r\nAna;a@b.example\r\n")
    assert (table.columns, [line.number for line in table.lines()]) == (["Name", "Email"], [3])


@pytest.mark.parametrize("sign", ['"', " ", "a", "\r"])
def test_such_a_line_that_names_no_delimiter_is_not_believed(sign: str) -> None:
    """Newer Pythons have no reader for the first ones."""
    table = read_table(f"sep={sign}\r\nName;Email\r\nAna;a@b.example\r\n".encode())
    assert (table.delimiter in DELIMITERS, len(list(table.lines()))) == (True, 2)


def test_lines_are_counted_as_an_editor_does() -> None:
    table = read_table(b'Name,Note\n"Ana","two\nlines"\n\n,\nTom,x\n')
    assert [(line.number, line.cells[0]) for line in table.lines()] == [(2, "Ana"), (6, "Tom")]
    assert count_lines(table) == 2


@pytest.mark.parametrize(
    "content",
    [b"", b"\n\n", b"Name\n", b"PK\x03\x04\0\0\0", b"," * MAX_COLUMNS + b"x\na\n", b"Name\n" + b"x" * 200_000],
    ids=["empty", "blank", "header alone", "archive", "too wide", "endless cell"],
)
def test_what_is_no_table_is_refused_with_words(content: bytes) -> None:
    with pytest.raises(ValueRefused) as refused:
        count_lines(read_table(content))
    assert refused.value.field == "file"


@pytest.mark.parametrize("text", ["=1+1", "+34 600", "-x", "@SUM(A1)", "\tx", "'=1", "''+", "plain", "'quoted'", ""])
def test_no_cell_is_a_formula_and_each_comes_back(text: str) -> None:
    assert not guarded(text).startswith(("=", "+", "-", "@", "\t"))
    assert unguarded(guarded(text)) == text


DDE = "=cmd|' /C calc'!A0"


@pytest.mark.rule("G02")
@pytest.mark.parametrize(
    "text", [f"Ivan;{DDE};", f"Ivan\n{DDE}\n", f"Ivan\r\n{DDE}", f"a;'{DDE};+1", ";=", "\r=", ";\r=1"]
)
def test_nor_where_semicolons_divide(text: str) -> None:
    """As spreadsheets of Russia and Spain read a file with commas: a row is one cell up to the next semicolon or line
    break, whatever stands between quotation marks that do not begin it.
    """
    target = io.StringIO()
    csv.writer(target).writerow(["7", guarded(text), ""])
    cells = re.split(r"[;\r\n]", target.getvalue())
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t"))]
    assert unguarded(guarded(text)) == text


def test_several_values_in_a_cell_come_back() -> None:
    values = ["a", "b; c", 'd "e"', "f, g"]
    assert split_values(join_values(values)) == values


@pytest.mark.parametrize("end", ["\r", "\n", "\r\n"])
def test_values_may_stand_one_a_line_whatever_ends_it(end: str) -> None:
    assert split_values(f"a{end}b; c") == ["a", "b", "c"]
