"""Letters as large as the listener takes them, from a client of the standard library."""

from __future__ import annotations

import smtplib

import pytest

from accounts.models import Membership
from accounts.tenancy import tenant
from mailkit.smtp_letters import Limits
from smart_addresses.models import ArrivedLetter
from tests.smart_addresses.running import LETTER, RunningListener, running_listener
from threads.raw_store import read_raw

__all__ = ["running_listener"]
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.rule("G03")]
LINE = b"%070d\r\n"


def letter_of(size: int) -> bytes:
    """No line is like another, so that nothing can go missing unseen."""
    count = (size - len(LETTER)) // len(LINE % 0)
    return LETTER + b"".join(LINE % number for number in range(count))


def test_one_near_35_mb_is_kept_whole(alice: Membership, running_listener: RunningListener) -> None:
    letter = letter_of(Limits().letter_bytes - 1000)
    assert len(letter) > 34.9 * 1024 * 1024
    running_listener.send(letter)
    with tenant(alice.account_id):
        kept = ArrivedLetter.objects.get()
        assert kept.raw_size == len(letter)
        assert read_raw(kept.raw_name) == letter


def test_a_larger_one_is_refused(alice: Membership, running_listener: RunningListener) -> None:
    letter = letter_of(Limits().letter_bytes + 10_000)
    with pytest.raises(smtplib.SMTPResponseException) as refused:
        running_listener.send(letter)
    assert refused.value.smtp_code == 552
    with tenant(alice.account_id):
        assert not ArrivedLetter.objects.exists()
