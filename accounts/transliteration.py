"""Names in Latin letters: what is left of "Ромашка" in an address is "romashka" (K48)."""

from __future__ import annotations

import re
import unicodedata

# Russian as in passports, and what Ukrainian, Belarusian, Kazakh and Serbian have besides. Latin letters that do not
# come apart into a letter and an accent close the list.
_PAIRS = (  # noqa: SIM905  (a list of 130 quoted letters tells less)
    "а a б b в v г g д d е e ё e ж zh з z и i й i к k л l м m н n о o п p р r с s т t у u ф f х kh ц ts ч ch ш sh "
    "щ shch ъ - ы y ь - э e ю iu я ia ґ g є ie і i ї i ў u ә a ғ g қ k ң n ө o ұ u ү u һ h ђ dj ј j љ lj њ nj ћ c џ dz "
    "ß ss æ ae œ oe ø o ł l đ d ð d þ th ı i"
).split()
_LETTERS = {ord(letter): "" if latin == "-" else latin for letter, latin in zip(_PAIRS[::2], _PAIRS[1::2], strict=True)}
_BETWEEN = re.compile(r"[\W_]+")


def latin_slug(text: str) -> str:
    """Lower case letters, digits and single hyphens; "" when nothing of it can be written so."""
    plain = _BETWEEN.sub("-", unicodedata.normalize("NFKC", text).casefold().translate(_LETTERS))
    ascii_only = unicodedata.normalize("NFKD", plain).encode("ascii", "ignore").decode("ascii")
    return re.sub("-+", "-", ascii_only).strip("-")
