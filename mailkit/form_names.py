"""The names of fields in forms (M120): what an answer says is written where.

lead[657261]         a field of the account's own, by its number
lead[620103][]       the same, of which several values may be ticked
field[Home address]  by its name, on the first card that has one called so
"""

from __future__ import annotations

import re
from dataclasses import dataclass

MAX_NAME_CHARS = 100  # of a field

_NAME = re.compile(
    r"\s*(lead|contact|company|customer|field)\s*\[\s*([^\[\]]{1,200}?)\s*\]\s*(\[\s*[0-9]{0,4}\s*\])?\s*",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"[1-9][0-9]{0,9}", re.ASCII)


@dataclass(frozen=True, slots=True)
class FieldName:
    """`entity` is the card, "" for whichever has a field called `name`; that is then the only one that is filled."""

    entity: str
    number: int = 0
    name: str = ""
    is_many: bool = False

    def __str__(self) -> str:
        """As a form writes it, always the same."""
        inside = f"field[{self.name}]" if self.name else f"{self.entity}[{self.number}]"
        return f"{inside}[]" if self.is_many else inside

    @property
    def key(self) -> str:
        """One field, however often it may be ticked."""
        return str(FieldName(self.entity, self.number, self.name.casefold()))


def parse_field_name(text: str) -> FieldName | None:
    """None for a name that is none of these, in whatever case and with whatever spaces it is written."""
    found = _NAME.fullmatch(text[:400])
    if found is None:
        return None
    kind, inside, is_many = found[1].lower(), " ".join(found[2].split()), found[3] is not None
    if kind == "field":
        return FieldName("", name=inside, is_many=is_many) if 0 < len(inside) <= MAX_NAME_CHARS else None
    return FieldName(kind, int(inside), is_many=is_many) if _NUMBER.fullmatch(inside) else None
