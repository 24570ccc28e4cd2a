"""A port that was asked for is taken or refused; a default moves out of the way."""

import socket
from collections.abc import Iterator

import pytest

from crm_mail.embedded import ports
from crm_mail.embedded.errors import EmbeddedError


@pytest.fixture
def busy_port() -> Iterator[int]:
    with socket.create_server((ports.HOST, 0)) as server:
        yield ports.port_of(server)


def test_a_free_default_is_taken() -> None:
    port = ports.free_port()
    with ports.open_port("PORT", port, {}) as listener:
        assert ports.port_of(listener) == port


def test_a_busy_default_moves_to_a_later_port(busy_port: int) -> None:
    with ports.open_port("PORT", busy_port, {}) as listener:
        assert busy_port < ports.port_of(listener) < busy_port + ports.TRIES


def test_a_port_that_is_set_is_taken() -> None:
    port = ports.free_port()
    with ports.open_port("PORT", 8000, {"PORT": str(port)}) as listener:
        assert ports.port_of(listener) == port


def test_a_busy_port_that_is_set_is_refused_by_its_name(busy_port: int) -> None:
    with pytest.raises(EmbeddedError, match=f"Port {busy_port} is already in use.*EVENTS_PORT"):
        ports.open_port("EVENTS_PORT", 8001, {"EVENTS_PORT": str(busy_port)})


@pytest.mark.parametrize("text", ["http", "0", "65536", "-1", "80 80"])
def test_what_is_no_port_is_refused_by_its_name(text: str) -> None:
    with pytest.raises(EmbeddedError, match=r"PORT=.* is not a port"):
        ports.open_port("PORT", 8000, {"PORT": text})


def test_the_taken_port_listens_at_once() -> None:
    with ports.open_port("PORT", ports.free_port(), {}) as listener:
        socket.create_connection((ports.HOST, ports.port_of(listener)), timeout=5).close()
