"""Another From address is used once the link that was mailed to it has been confirmed (R16)."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.conf import settings
from django.utils import timezone

from accounts.members import RightsChanges, change_rights
from accounts.models import AuditEvent, Membership
from accounts.tenancy import tenant
from mailboxes.aliases import (
    MOST,
    aliases_of,
    confirm_alias,
    find_alias,
    request_alias,
    withdraw_alias,
)
from mailboxes.errors import AliasLinkInvalid, AliasNotFound, MailboxNotFound, SettingRefused
from mailboxes.models import Mailbox, SenderAlias
from mailboxes.requests import ConnectRequest
from mailboxes.services import connect_mailbox
from mailkit.letter_reader import read_letter
from tests.conftest import MakeMailbox
from tests.servers.smtp_sink import SmtpSink
from threads.own_addresses import own_address_keys

pytestmark = [pytest.mark.usefixtures("in_account"), pytest.mark.rule("R16")]
ADDRESS = "info@brand.example"


@pytest.fixture
def mailbox(bob: Membership, request_for: ConnectRequest) -> Mailbox:
    """Bob's own; its letters go to the sink."""
    return connect_mailbox(bob, request_for)


def secret_in(sink: SmtpSink) -> str:
    """Of the link in the newest letter."""
    letter = sink.letters[-1]
    text = read_letter(letter.raw).parsed.text
    [secret] = re.findall(rf"{re.escape(settings.BASE_URL)}/aliases/([\w-]+)/", text)
    return str(secret)


def test_a_link_is_mailed_to_the_address_and_confirms_it(
    bob: Membership, mailbox: Mailbox, smtp_sink: SmtpSink
) -> None:
    alias = request_alias(bob, mailbox.pk, address=f" {ADDRESS} ", name="Brand")
    assert (alias.address, alias.name, alias.confirmed_at) == (ADDRESS, "Brand", None)
    letter = smtp_sink.letters[-1]
    assert (list(letter.recipients), letter.mail_from) == ([ADDRESS], mailbox.address)
    secret = secret_in(smtp_sink)
    assert secret not in str(SenderAlias.objects.values().get())
    assert ADDRESS not in own_address_keys()
    assert confirm_alias(secret).pk == alias.pk
    assert SenderAlias.objects.get().confirmed_at
    assert ADDRESS in own_address_keys()
    with pytest.raises(AliasLinkInvalid):  # once
        confirm_alias(secret)
    actions = AuditEvent.objects.filter(action__startswith="mailbox.alias").order_by("id")
    assert list(actions.values_list("action", flat=True)) == ["mailbox.alias_requested", "mailbox.alias_confirmed"]


def test_a_new_link_replaces_the_first(bob: Membership, mailbox: Mailbox, smtp_sink: SmtpSink) -> None:
    request_alias(bob, mailbox.pk, address=ADDRESS)
    first = secret_in(smtp_sink)
    request_alias(bob, mailbox.pk, address=ADDRESS.upper(), name="Brand")
    with pytest.raises(AliasLinkInvalid):
        confirm_alias(first)
    confirm_alias(secret_in(smtp_sink))
    assert SenderAlias.objects.get().name == "Brand"
    with pytest.raises(SettingRefused, match="confirmed already"):
        request_alias(bob, mailbox.pk, address=ADDRESS)


def test_a_link_ends_by_time_by_withdrawal_and_with_who_asked(
    alice: Membership, bob: Membership, mailbox: Mailbox, smtp_sink: SmtpSink
) -> None:
    alias = request_alias(bob, mailbox.pk, address=ADDRESS)
    secret = secret_in(smtp_sink)
    SenderAlias.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    with pytest.raises(AliasLinkInvalid):
        find_alias(secret)
    SenderAlias.objects.update(expires_at=timezone.now() + timedelta(hours=1))
    change_rights(alice, bob, RightsChanges(is_active=False))
    with pytest.raises(AliasLinkInvalid):
        find_alias(secret)
    change_rights(alice, bob, RightsChanges(is_active=True))
    withdraw_alias(bob, mailbox.pk, alias.pk)
    with pytest.raises(AliasLinkInvalid):
        confirm_alias(secret)
    with pytest.raises(AliasNotFound):
        withdraw_alias(bob, mailbox.pk, alias.pk)


@pytest.mark.parametrize("address", ["", "nobody", "a@b, c@d.example", "info@192.0.2.1", "и@brand.example"])
def test_what_is_no_address_is_refused(bob: Membership, mailbox: Mailbox, address: str) -> None:
    with pytest.raises(SettingRefused) as refused:
        request_alias(bob, mailbox.pk, address=address)
    assert refused.value.field == "address"


def test_the_mailbox_itself_too_many_and_two_lines_are_refused(bob: Membership, mailbox: Mailbox) -> None:
    with pytest.raises(SettingRefused, match="mailbox itself"):
        request_alias(bob, mailbox.pk, address=mailbox.address.upper())
    with pytest.raises(SettingRefused) as refused:
        request_alias(bob, mailbox.pk, address=ADDRESS, name="Brand\r\nBcc: all@brand.example")
    assert refused.value.field == "name"
    for number in range(MOST):
        SenderAlias.objects.create(
            mailbox=mailbox, address_key=str(number), digest=str(number), requested_by=bob, expires_at=timezone.now()
        )
    with pytest.raises(SettingRefused, match="20"):
        request_alias(bob, mailbox.pk, address=ADDRESS)


def test_when_the_server_refuses_nobody_waits_for_a_link(
    bob: Membership, mailbox: Mailbox, smtp_sink: SmtpSink
) -> None:
    Mailbox.objects.update(smtp_username="nobody")
    with pytest.raises(SettingRefused, match="The server says"):
        request_alias(bob, mailbox.pk, address=ADDRESS)
    assert not SenderAlias.objects.exists()


def test_only_those_who_manage_the_mailbox(
    alice: Membership, bob: Membership, charlie: Membership, mailbox: Mailbox, make_mailbox: MakeMailbox
) -> None:
    shared = make_mailbox("sales@acme.example", account_of=alice)
    for member, box in ((alice, mailbox), (bob, shared)):
        with pytest.raises(MailboxNotFound):
            request_alias(member, box.pk, address=ADDRESS)
    with tenant(charlie.account_id), pytest.raises(MailboxNotFound):
        request_alias(charlie, shared.pk, address=ADDRESS)
    assert not aliases_of(mailbox).exists()
