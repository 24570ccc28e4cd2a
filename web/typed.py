"""What people type into search boxes."""

from django.http import QueryDict

MOST = 200  # characters: nobody searches with more


def typed_text(query: QueryDict, name: str) -> str:
    """Without the NUL that PostgreSQL refuses."""
    return query.get(name, "").replace("\0", "").strip()[:MOST]
