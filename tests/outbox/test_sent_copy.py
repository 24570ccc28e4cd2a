"""The copy in Sent never fails the letter; it is tried again, searched for first, and given up after a day."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from imaplib import IMAP4

import pytest
from django.utils import timezone

from mailboxes.models import Credential, Mailbox
from mailboxes.secrets import store_secret
from mailkit import providers
from mailkit.providers import files_sent, list_providers
from mailkit.types import Secret, Security, ServerAddress
from outbox.delivery import deliver
from outbox.models import OutgoingMail
from outbox.states import State
from tests.outbox.conftest import MakeOffice, Office, Queue
from tests.servers.dovecot import DovecotServer
from threads.models import Folder, Message

SentCopy = OutgoingMail.SentCopy


@pytest.fixture
def sent(office: Office, queue: Queue) -> OutgoingMail:
    """Sent, but the IMAP server did not let us in."""
    store_secret(office.mailbox, Credential.Field.IMAP_PASSWORD, Secret("wrong"))
    mail = queue(mailbox_id=office.mailbox.pk)
    deliver(office.mailbox.pk)
    store_secret(office.mailbox, Credential.Field.IMAP_PASSWORD, Secret(office.imap.password))
    mail.refresh_from_db()
    return mail


@pytest.mark.rule("M93", "K14")
def test_a_copy_that_failed_does_not_fail_the_letter_and_is_made_later(office: Office, sent: OutgoingMail) -> None:
    assert (sent.state, sent.sent_copy) == (State.SENT, SentCopy.PENDING)
    assert Message.objects.get() == sent.message
    assert sent.sent_check_at is not None
    assert sent.sent_check_at > timezone.now()
    deliver(office.mailbox.pk)
    assert office.sent_folder() == []
    OutgoingMail.objects.update(sent_check_at=timezone.now())
    deliver(office.mailbox.pk)
    assert office.sent_folder() == office.sink_ids() == [sent.message_id_header]
    assert OutgoingMail.objects.get().sent_copy == SentCopy.DONE


def test_after_a_day_the_copy_is_given_up(office: Office, sent: OutgoingMail) -> None:
    store_secret(office.mailbox, Credential.Field.IMAP_PASSWORD, Secret("wrong"))
    OutgoingMail.objects.update(sent_at=timezone.now() - timedelta(hours=25), sent_check_at=timezone.now())
    deliver(office.mailbox.pk)
    mail = OutgoingMail.objects.get()
    assert (mail.state, mail.sent_copy, mail.sent_check_at) == (State.SENT, SentCopy.FAILED, None)


@pytest.mark.rule("K13", "M93")
def test_the_copy_goes_where_sync_reads(make_office: MakeOffice, dovecot: DovecotServer, queue: Queue) -> None:
    office = make_office(dovecot)
    dovecot.create_folder(office.user, "Gesendet")
    Folder.objects.create(mailbox=office.mailbox, role=Folder.Role.SENT, name="Gesendet")
    queue(mailbox_id=office.mailbox.pk)
    deliver(office.mailbox.pk)
    assert office.sent_folder() == []
    assert office.sent_folder("Gesendet") == office.sink_ids()


@pytest.mark.rule("K13", "M93")
@pytest.mark.parametrize("chosen", ["", "Gone"])
def test_a_folder_that_is_gone_is_looked_for_anew(
    make_office: MakeOffice, dovecot: DovecotServer, queue: Queue, chosen: str
) -> None:
    """Whoever renamed or deleted it: sync finds the same one with its next visit."""
    office = make_office(dovecot)
    Folder.objects.create(mailbox=office.mailbox, role=Folder.Role.SENT, name="Gone")
    Mailbox.objects.filter(pk=office.mailbox.pk).update(sent_folder=chosen)
    queue(mailbox_id=office.mailbox.pk)
    deliver(office.mailbox.pk)
    assert office.sent_folder() == office.sink_ids()
    assert OutgoingMail.objects.get().sent_copy == SentCopy.DONE


@pytest.mark.rule("M93")
def test_while_there_is_none_the_copy_waits_for_it(office: Office, queue: Queue) -> None:
    Folder.objects.create(mailbox=office.mailbox, role=Folder.Role.SENT, name="Sent")
    with IMAP4("127.0.0.1", office.imap.address().port, timeout=10) as client:
        client.login(office.user, office.imap.password)
        client.delete("Sent")
    queue(mailbox_id=office.mailbox.pk)
    deliver(office.mailbox.pk)
    mail = OutgoingMail.objects.get()
    assert (mail.state, mail.sent_copy) == (State.SENT, SentCopy.PENDING)
    assert mail.sent_check_at is not None


@pytest.fixture
def provider_files_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    """The server for sending belongs to a provider that puts what it sends into Sent by itself."""
    hosts = ServerAddress("localhost", 1, Security.TLS)
    provider = replace(list_providers()[0], imap=hosts, smtp=hosts, hosted_imap=hosts, hosted_smtp=hosts)
    monkeypatch.setattr(providers, "provider_of_host", {"localhost": provider}.get)


@pytest.mark.rule("M93", "K14")
@pytest.mark.usefixtures("provider_files_sent")
def test_a_provider_that_files_late_is_waited_for(office: Office, queue: Queue) -> None:
    mail = queue(mailbox_id=office.mailbox.pk)
    deliver(office.mailbox.pk)
    assert office.sent_folder() == []
    office.imap.deliver(office.user, office.sink.letters[0].raw, "Sent")
    OutgoingMail.objects.update(sent_check_at=timezone.now())
    deliver(office.mailbox.pk)
    assert office.sent_folder() == [mail.message_id_header]
    assert OutgoingMail.objects.get().sent_copy == SentCopy.DONE


@pytest.mark.rule("M93", "K14")
@pytest.mark.usefixtures("provider_files_sent")
def test_but_not_for_ever(office: Office, queue: Queue) -> None:
    mail = queue(mailbox_id=office.mailbox.pk)
    deliver(office.mailbox.pk)
    OutgoingMail.objects.update(sent_at=timezone.now() - timedelta(minutes=11), sent_check_at=timezone.now())
    deliver(office.mailbox.pk)
    assert office.sent_folder() == [mail.message_id_header]


def test_which_providers_file_by_themselves() -> None:
    assert files_sent("smtp.gmail.com", "imap.gmail.com")
    assert files_sent("smtp.office365.com", "outlook.office365.com")
    assert not files_sent("smtp.gmail.com", "imap.acme.example"), "the mail lies elsewhere"
    assert not files_sent("smtp.acme.example", "imap.gmail.com")


@pytest.mark.rule("K13", "M93")
def test_the_folder_that_a_person_picked_gets_the_copy(
    make_office: MakeOffice, dovecot: DovecotServer, queue: Queue
) -> None:
    office = make_office(dovecot)
    dovecot.create_folder(office.user, "Gesendet")
    Folder.objects.create(mailbox=office.mailbox, role=Folder.Role.SENT, name="Sent")
    Mailbox.objects.update(sent_folder="Gesendet", sent_choices=["Sent", "Gesendet"])
    queue(mailbox_id=office.mailbox.pk)
    deliver(office.mailbox.pk)
    assert (office.sent_folder(), office.sent_folder("Gesendet")) == ([], office.sink_ids())


@pytest.mark.rule("K13", "A13", "M93")
def test_after_a_move_the_copy_never_goes_to_what_the_old_service_called_so(
    make_office: MakeOffice, dovecot: DovecotServer, queue: Queue
) -> None:
    office = make_office(dovecot)
    dovecot.create_folder(office.user, "Gesendet")
    Folder.objects.create(mailbox=office.mailbox, role=Folder.Role.SENT, name="Gesendet", server="imap.old.example x")
    queue(mailbox_id=office.mailbox.pk)
    deliver(office.mailbox.pk)
    assert (office.sent_folder("Gesendet"), office.sent_folder()) == ([], office.sink_ids())
