"""What the listener has accepted is stored and committed, once (G03)."""

from __future__ import annotations

import smtplib
from datetime import timedelta
from pathlib import Path
from threading import Thread

import pytest
from django.utils import timezone
from pytest_django import Settings

from accounts.models import Account, Membership
from accounts.tenancy import tenant
from mailboxes.system import system_mailbox
from smart_addresses.models import ArrivedLetter, RefusedLetter
from tests.servers.letter_listener import Dialogue
from tests.smart_addresses.running import LETTER, RunningListener, running_listener
from threads.raw_store import read_raw

__all__ = ["running_listener"]
pytestmark = pytest.mark.django_db(transaction=True)


def arrived(member: Membership) -> list[ArrivedLetter]:
    with tenant(member.account_id):
        return list(ArrivedLetter.objects.order_by("pk"))


@pytest.mark.rule("G03")
def test_a_letter_has_a_row_and_its_bytes(alice: Membership, running_listener: RunningListener) -> None:
    running_listener.send()
    [letter] = arrived(alice)
    assert (letter.address, letter.recipient, letter.mail_from) == ("filing", "acme@in.example", "bob@client.example")
    assert (letter.peer, letter.helo, letter.state) == ("127.0.0.1", "mail.client.example", "received")
    assert (letter.message_id_header, letter.raw_size) == ("<1@client.example>", len(LETTER))
    with tenant(alice.account_id):
        assert read_raw(letter.raw_name) == LETTER
        assert f"/mailboxes/{system_mailbox().pk}/" in letter.raw_name


def test_each_account_and_address_has_its_own(
    alice: Membership, charlie: Membership, running_listener: RunningListener
) -> None:
    everybody = ["acme@in.example", "lead@acme.in.example", "Contact@Acme.IN.example", "globex@in.example"]
    running_listener.send(LETTER, *everybody)
    assert [letter.address for letter in arrived(alice)] == ["filing", "lead", "contact"]
    [foreign] = arrived(charlie)
    with tenant(charlie.account_id):
        assert read_raw(foreign.raw_name) == LETTER


@pytest.mark.rule("G03")
def test_the_same_letter_again_is_taken_and_not_doubled(alice: Membership, running_listener: RunningListener) -> None:
    running_listener.send()
    running_listener.send(LETTER.replace(b"from a by b", b"from c by d"))  # another way
    running_listener.send(b"X-Relay: yes\r\n" + LETTER)  # the same by its Message-ID
    assert len(arrived(alice)) == 1
    running_listener.send(LETTER.replace(b"a by b", b"x"), mail_from="carol@client.example")  # the same bytes
    assert len(arrived(alice)) == 1


def test_after_a_week_a_message_id_says_nothing(alice: Membership, running_listener: RunningListener) -> None:
    running_listener.send()
    with tenant(alice.account_id):
        ArrivedLetter.objects.update(received_at=timezone.now() - timedelta(days=7, minutes=1))
    running_listener.send(b"X-Relay: yes\r\n" + LETTER)
    assert len(arrived(alice)) == 2


def test_the_same_letter_at_once_on_eight_ways_is_one(alice: Membership, running_listener: RunningListener) -> None:
    letters = [f"X-Way: {way}\r\n".encode() + LETTER for way in range(4)] * 2
    threads = [Thread(target=running_listener.send, args=(letter,)) for letter in letters]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(arrived(alice)) == 1


@pytest.mark.rule("K44")
def test_wrong_addresses_are_refused_all_alike(alice: Membership, running_listener: RunningListener) -> None:
    wrong = [
        "acme@elsewhere.example",
        "nobody@in.example",
        "sales@acme.in.example",
        "lead@nobody.in.example",
        "lead@in.example",
    ]
    with smtplib.SMTP("127.0.0.1", running_listener.port) as client:
        client.ehlo()
        client.mail("bob@client.example")
        answers = {client.rcpt(address) for address in wrong}
    assert answers == {(550, b"5.1.1 There is no such address")}
    assert arrived(alice) == []


def test_who_may_not_write_is_refused_and_noted(alice: Membership, running_listener: RunningListener) -> None:
    Account.objects.filter(slug="acme").update(smart_senders=Account.SmartSenders.USERS)
    for _ in range(3):
        with pytest.raises(smtplib.SMTPDataError) as refusal:
            running_listener.send()
        assert refusal.value.smtp_code == 550
    running_listener.send(mail_from="alice@acme.example")
    assert len(arrived(alice)) == 1
    with tenant(alice.account_id):
        refused = RefusedLetter.objects.get()
    assert (refused.code, refused.count, refused.recipient) == ("sender_not_allowed", 3, "acme@in.example")


def test_results_in_our_name_are_left_out_of_what_is_kept(alice: Membership, running_listener: RunningListener) -> None:
    forged = b"Authentication-Results: IN.EXAMPLE (really) 1;\r\n dmarc=pass header.from=client.example\r\n"
    others = b"Authentication-Results: mx.client.example; spf=fail\r\n"
    running_listener.send(forged + others + LETTER)
    [letter] = arrived(alice)
    with tenant(alice.account_id):
        assert read_raw(letter.raw_name) == others + LETTER
    assert letter.raw_size == len(others + LETTER)


def test_without_storage_nothing_is_accepted(
    alice: Membership, running_listener: RunningListener, settings: Settings, tmp_path: Path
) -> None:
    file = tmp_path / "file"
    file.touch()
    options = {"BACKEND": "crm_mail.storage.FolderStorage", "OPTIONS": {"location": str(file)}}
    settings.STORAGES = {**settings.STORAGES, "default": options}
    with pytest.raises(smtplib.SMTPDataError) as refusal:
        running_listener.send()
    assert refusal.value.smtp_code == 451
    assert arrived(alice) == []


def test_by_lmtp_each_recipient_is_kept_by_itself(
    alice: Membership, charlie: Membership, running_listener: RunningListener
) -> None:
    Account.objects.filter(slug="acme").update(smart_senders=Account.SmartSenders.USERS)
    with Dialogue(running_listener.lmtp_port) as peer:
        peer.answer()
        peer.say("LHLO mail.acme.example")
        peer.say("MAIL FROM:<bob@client.example>")
        for recipient in ("acme@in.example", "globex@in.example"):
            assert peer.say(f"RCPT TO:<{recipient}>").startswith("250")
        peer.say("DATA")
        peer.send(LETTER + b".\r\n")
        assert [peer.answer()[:3] for _ in range(2)] == ["550", "250"]
    assert (len(arrived(alice)), len(arrived(charlie))) == (0, 1)
