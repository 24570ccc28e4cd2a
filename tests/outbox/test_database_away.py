"""The database restarts just when the server says 250: the worker that knows it writes it down as soon as it can."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from outbox.delivery import deliver
from outbox.models import OutgoingMail
from outbox.states import State
from tests.outbox.conftest import Office, Queue


class Cutting(list[Any]):
    """Letters of a sink: when one comes, a connection to PostgreSQL is cut, as by a restart."""

    def __init__(self, wire: Any) -> None:  # noqa: ANN401
        super().__init__()
        self.wire = wire

    def append(self, letter: Any) -> None:  # noqa: ANN401
        super().append(letter)
        self.wire.close()


@pytest.mark.rule("G04")
def test_the_result_survives_a_lost_connection(
    transactional_db: None, office: Office, queue: Queue, monkeypatch: pytest.MonkeyPatch
) -> None:
    mail = queue(mailbox_id=office.mailbox.pk, undo_seconds=60)
    OutgoingMail.objects.update(due_at=timezone.now())
    connection.ensure_connection()
    monkeypatch.setattr(office.sink, "letters", Cutting(connection.connection))
    deliver(office.mailbox.pk)
    mail.refresh_from_db()
    assert (mail.state, len(office.sink.letters)) == (State.SENT, 1)
