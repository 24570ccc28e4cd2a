"""Filing costs a fixed number of statements, whatever the size of the batch."""

from __future__ import annotations

from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.threads.builders import Mail, Post

MOST = 18  # with BEGIN and COMMIT's savepoints of the test left out


def statements(post: Post, first_uid: int, count: int, *, subjects: int) -> int:
    batch = {first_uid + number: Mail(f"s{number % subjects}", cc="carl@third.example") for number in range(count)}
    with CaptureQueriesContext(connection) as captured:
        post.file_at(batch, is_import=True)
    return sum(not query["sql"].startswith(("SAVEPOINT", "RELEASE")) for query in captured)


def test_ten_letters_cost_as_many_statements_as_two_hundred(post: Post) -> None:
    statements(post, 1, 3, subjects=3)
    few, many = statements(post, 100, 10, subjects=7), statements(post, 1000, 200, subjects=90)
    assert few == many <= MOST
