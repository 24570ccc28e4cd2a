"""Contacts by what a person types: beginnings of words of a name or an address, digits of a phone, and, where nothing
is so, what was probably meant. It reads two views, because under row-level security comparing text uses no index.
"""

from __future__ import annotations

from collections.abc import Sequence

from accounts.prepared import plain_rows
from crm.near_words import CANDIDATES, LOOKED_AT, MIN_CHARS, NEARLY, are_near, words_of
from crm.phone_search import find_ids_by_phone

MOST = 500  # contacts: who gets more types on
MAX_WORDS = 8
# `\\m` is the beginning of a word; the words have no signs of their own in patterns.
WITH_WORD = """(SELECT id FROM crm_contact_search WHERE name ~* %s
  UNION SELECT contact_id FROM crm_contactemail_search WHERE email_key ~ %s)"""
# One word alone may be in everybody's address: then no more is read than is shown.
WITH_ONE_WORD = f"""(SELECT id FROM crm_contact_search WHERE name ~* %s LIMIT {MOST})
  UNION (SELECT contact_id FROM crm_contactemail_search WHERE email_key ~ %s LIMIT {MOST})"""  # noqa: S608  (constants)
NEAR = f"""
(SELECT id, name, word_similarity(%(word)s, name) AS nearness FROM (
  SELECT id, name FROM crm_contact_search WHERE %(word)s <%% name LIMIT {LOOKED_AT}) named
  ORDER BY 3 DESC LIMIT {CANDIDATES})
UNION ALL
(SELECT contact_id, email_key, word_similarity(%(word)s, email_key) FROM (
  SELECT contact_id, email_key FROM crm_contactemail_search WHERE %(word)s <%% email_key LIMIT {LOOKED_AT}) addressed
  ORDER BY 3 DESC LIMIT {CANDIDATES})
ORDER BY 3 DESC
"""  # noqa: S608  (constants only)


def find_contact_ids(typed: str) -> list[int]:
    """Of those whose name, or one of whose addresses, has all the words, or who have this phone; else of those that
    nearly have the words.
    """
    words = words_of(typed)[:MAX_WORDS]
    if not words:
        return []
    found = [*_beginning_with(words), *find_ids_by_phone("contact", typed, most=MOST)]
    return list(dict.fromkeys(found))[:MOST] or _near(words)


def _beginning_with(words: Sequence[str]) -> list[int]:
    """One word may be of the name and another one of the address."""
    patterns = [pattern for word in words for pattern in [rf"\m{word}"] * 2]
    each = WITH_WORD if len(words) > 1 else WITH_ONE_WORD
    return [pk for (pk,) in plain_rows(f"{' INTERSECT '.join([each] * len(words))} LIMIT {MOST}", patterns)]


def _near(words: Sequence[str]) -> list[int]:
    longest = max(words, key=len)
    if len(longest) < MIN_CHARS:
        return []
    found = plain_rows(NEAR, {"word": longest}, NEARLY)
    return list(dict.fromkeys(pk for pk, text, _nearness in found if are_near(words, text)))
