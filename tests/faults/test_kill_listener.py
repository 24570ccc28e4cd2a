"""kill -9 of the listener wherever it stands: what it has accepted is there, what comes again is there once (R1-R5)."""

from __future__ import annotations

import signal
import smtplib
from pathlib import Path

import pytest
from django.db import connection

from accounts.models import Membership
from accounts.tenancy import tenant
from smart_addresses.models import ArrivedLetter
from tests.faults.listeners import listening
from threads.raw_store import verify_raw

pytestmark = pytest.mark.django_db(transaction=True)
POINTS = ("R1", "R2", "R3", "R4", "R5")
LOST = (smtplib.SMTPServerDisconnected, ConnectionError)


def letter(number: str) -> bytes:
    return f"Message-ID: <{number}@client.example>\r\nFrom: bob@client.example\r\n\r\nLetter {number}\r\n".encode()


def send(port: int, number: str) -> None:
    with smtplib.SMTP("127.0.0.1", port, timeout=60) as client:
        client.sendmail("bob@client.example", ["acme@in.example"], letter(number))


def wait_until_closed(port: int) -> None:
    while True:
        try:
            smtplib.SMTP("127.0.0.1", port, timeout=60).close()
        except smtplib.SMTPConnectError:  # let in a moment before, and sent away
            continue
        except (ConnectionError, smtplib.SMTPServerDisconnected):
            return


@pytest.fixture
def storage(tmp_path: Path) -> str:
    """That of this process too: see `own_storage`."""
    return str(tmp_path / "storage")


@pytest.mark.rule("G03")
def test_killed_anywhere_nothing_is_lost_and_nothing_doubled(alice: Membership, storage: str) -> None:
    for point in POINTS:
        with listening(storage, failpoint=f"{point}:1:kill") as listener:
            with pytest.raises(LOST):
                send(listener.port, point)
            assert listener.wait() == -signal.SIGKILL
    with tenant(alice.account_id):
        committed = list(ArrivedLetter.objects.values_list("message_id_header", flat=True))
    assert committed == ["<R5@client.example>"]  # of which the peer does not know
    assert not list(Path(storage).glob("tmp*"))
    with listening(storage) as listener:
        for point in (*POINTS, *POINTS):
            send(listener.port, point)
    with tenant(alice.account_id):
        letters = list(ArrivedLetter.objects.order_by("message_id_header"))
        for row in letters:
            verify_raw(row.raw_name, size=row.raw_size)
    assert [row.message_id_header for row in letters] == [f"<{point}@client.example>" for point in POINTS]


def test_asked_to_stop_it_ends_the_letter_under_way_and_takes_no_other(alice: Membership, storage: str) -> None:
    with listening(storage) as listener, smtplib.SMTP("127.0.0.1", listener.port, timeout=60) as client:
        client.ehlo()
        client.mail("bob@client.example")
        client.rcpt("acme@in.example")
        listener.process.send_signal(signal.SIGTERM)
        wait_until_closed(listener.port)
        assert client.data(letter("last"))[0] == 250
        client.close()
        assert listener.wait() == 0
    with tenant(alice.account_id):
        assert ArrivedLetter.objects.count() == 1


def test_the_database_comes_back(alice: Membership, storage: str) -> None:
    """Its connections are closed by the server; the listener finds new ones by itself."""
    with listening(storage) as listener:
        send(listener.port, "before")
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        send(listener.port, "after")
    with tenant(alice.account_id):
        assert ArrivedLetter.objects.count() == 2
