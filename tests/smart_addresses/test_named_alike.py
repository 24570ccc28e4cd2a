"""Another text is another letter, whatever Message-ID and sender it names (G03)."""

from __future__ import annotations

import pytest

from accounts.models import Membership
from tests.smart_addresses.running import LETTER, RunningListener, running_listener
from tests.smart_addresses.test_taking_letters import arrived

__all__ = ["running_listener"]
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.rule("G03")]


def test_who_names_a_message_id_and_sender_pushes_nothing_else_out(
    alice: Membership, running_listener: RunningListener
) -> None:
    """Neither is a secret: another text is another letter."""
    running_listener.send(LETTER.replace(b"Text", b"Forged"))
    running_listener.send(b"X-Relay: yes\r\n" + LETTER)
    running_listener.send(LETTER)
    assert len(arrived(alice)) == 2
    running_listener.send(b"X-Relay: no\r\n" + LETTER, mail_from="carol@client.example")  # by somebody else
    assert len(arrived(alice)) == 3
