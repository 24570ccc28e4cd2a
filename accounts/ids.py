"""Ids are opaque to clients: what is no number names nothing."""

NO_ROW = 0
MOST_DIGITS = 18  # fits a bigint


def row_number(value: int | str) -> int:
    """The number of a row, or NO_ROW, which no row has."""
    text = str(value)
    return int(text) if text.isascii() and text.isdigit() and len(text) <= MOST_DIGITS else NO_ROW
