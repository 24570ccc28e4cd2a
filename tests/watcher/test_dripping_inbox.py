"""A server that always has a byte more holds no opener beyond its time."""

from __future__ import annotations

import socket

import pytest

from mailkit.errors import ConnectionFailed
from mailkit.imap_idle import IdleConnection


def test_noise_instead_of_an_answer_is_given_up_at_the_deadline() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        theirs.sendall(b"* OK still opening\r\n" * 1000)
        with pytest.raises(ConnectionFailed):
            IdleConnection(ours, b"").start(0)
