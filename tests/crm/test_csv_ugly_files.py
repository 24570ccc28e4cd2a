"""Files that something went wrong with on their way: nothing of them is lost or misread in silence."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from crm.csv_reading import count_lines, read_table
from crm.csv_values import date_of, price_of
from crm.errors import ValueRefused


@pytest.mark.parametrize(
    "rows",
    [
        'Tom,"Pine\nEve,Oak\nIda,Elm\n',
        'Tom,"Pine\nEve,Oak\nIda,"Elm"\n',
        'Tom,"Pine\nEve,"Oak, or so"\nIda,Elm',
        'Tom,"Pine\r\nEve,Oak',
    ],
    ids=["to the end", "to the next one", "to one in the middle", "without a last line end"],
)
def test_a_quotation_mark_that_nobody_closed_takes_no_lines_with_it(rows: str) -> None:
    with pytest.raises(ValueRefused, match="line 3") as refused:
        count_lines(read_table(f"Name,Company\nAna,Ash\n{rows}".encode()))
    assert refused.value.field == "file"


def test_quotation_marks_inside_and_cells_of_several_lines_are_read() -> None:
    text = '"Name\nfull",Company\n"Ana\nB",ООО "Ромашка"\n"Tom ""T""\n\nC","x"'
    table = read_table(text.encode())
    assert table.columns == ["Name\nfull", "Company"]
    assert [(line.number, line.cells) for line in table.lines()] == [
        (3, ["Ana\nB", 'ООО "Ромашка"']),
        (5, ['Tom "T"\n\nC', "x"]),
    ]


def test_a_letter_that_was_cut_in_two_spoils_no_others() -> None:
    content = "Имя,Фамилия\nАнна,Кузнецова\nПётр,Ива".encode() + b"\xd0\n"
    table = read_table(content)
    assert (table.encoding, table.columns) == ("utf-8", ["Имя", "Фамилия"])
    assert [line.cells for line in table.lines()] == [["Анна", "Кузнецова"], ["Пётр", "Ива\ufffd"]]


def test_letters_that_come_late_tell_their_encoding() -> None:
    table = read_table(("Name\n" + "Ana\n" * 60_000 + "Анна\n").encode("windows-1251"))
    assert (table.encoding, list(table.lines())[-1].cells) == ("windows-1251", ["Анна"])


@pytest.mark.parametrize(
    ("cell", "price"),
    [
        ("1,234.50 €", "1234.50"), ("1.234.567,80", "1234567.80"), ("1 234,5", "1234.5"), ("1\u202f234 ₽", "1234"),
        ("1'234.-", "1234"), ("1,234", "1234"), ("12.345", "12345"), ("Rs. 500", "500"), ("0,5", "0.5"),
        ("1000.000", "1000"), ("1234.5000", "1234.50"), ("-$5", "-5"), ("\N{MINUS SIGN}5,00 руб.", "-5.00"),
    ],
)  # fmt: skip
def test_prices_are_read_as_people_write_them(cell: str, price: str) -> None:
    assert price_of(cell) == Decimal(price)


@pytest.mark.parametrize(
    "cell", ["much", "1e3", "0.125", "1234,567", "(500)", "12 pcs 3", "1,23,456", "1.234.5", "12 34", "1" * 13]
)
def test_what_could_be_another_price_is_none(cell: str) -> None:
    assert price_of(cell) is None


@pytest.mark.parametrize(
    "cell", ["2026-11-22", "22.11.2026", "2026-11-22 00:00:00", "22.11.2026 9:15", "2026-11-22T10:00:00Z", "2026/11/22"]
)
def test_days_are_read_with_their_times(cell: str) -> None:
    assert date_of(cell) == date(2026, 11, 22)


@pytest.mark.parametrize("cell", ["11/22/2026", "01/02/2026", "2026-13-01", "soon", "10:00"])
def test_what_could_be_another_day_is_none(cell: str) -> None:
    assert date_of(cell) is None
