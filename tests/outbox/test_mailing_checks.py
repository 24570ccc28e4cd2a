"""What is said before a mailing starts; nothing starts with an error, nor with a warning that nobody has read."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from pytest_django import Settings

from accounts.models import AuditEvent, Membership
from crm.custom_fields import FieldValues, create_field
from crm.leads import LeadValues, create_lead
from letter_templates.trigger_choice import TriggerChoice
from mailboxes.models import Mailbox, SenderAlias
from outbox.drafts import DraftFile
from outbox.errors import MailingRefused, WrongState
from outbox.mailing_blanks import count_blanks, written_fields
from outbox.mailing_checks import check_mailing
from outbox.mailing_recipients import Selection
from outbox.mailing_running import start_mailing
from outbox.mailings import (
    add_unsubscribe_link,
    change_mailing,
    create_mailing,
    preview_for,
    send_test,
    values_of,
)
from outbox.models import Mailing
from outbox.uploads import store_image
from tests.conftest import MakeMailbox
from tests.outbox.mailing_world import mailing_to, news, person
from tests.servers.dns_server import DnsServer
from tracking.models import TriggerLink

pytestmark = [pytest.mark.rule("M10", "M99", "M100")]


def codes(member: Membership, mailing: Mailing) -> list[str]:
    return [check.code for check in check_mailing(member, mailing, with_domain=False)]


def test_nothing_starts_with_an_error(alice: Membership, bob: Membership, sales: Mailbox) -> None:
    ana = person("Ana", "ana@client.example")
    cases = [
        (mailing_to(alice, sales, [ana], subject=" "), "no_subject"),
        (mailing_to(alice, sales, [ana], body=""), "no_text"),
        (mailing_to(alice, sales, [person("Ben")]), "nobody"),
        (mailing_to(alice, sales, [ana], body="{{nonsense}}"), "refused"),
        (mailing_to(alice, sales, [ana], mailbox_id=None), "refused"),
    ]
    for mailing, code in cases:
        assert codes(alice, mailing)[0] == code
        with pytest.raises(MailingRefused):
            start_mailing(alice, mailing.pk, is_confirmed=True)
    assert set(Mailing.objects.values_list("state", flat=True)) == {"draft"}


def test_empty_fields_are_counted_for_all_kinds_of_cards(alice: Membership, sales: Mailbox) -> None:
    field = create_field(alice, FieldValues("contact", "Club", "text", code="CLUB"))
    ana = person("Ana", "ana@client.example", phones=["1"], custom_fields={str(field.number): "gold"})
    ben = person("", "ben@client.example")
    leads = [create_lead(LeadValues(one.name, contacts=[one])) for one in (ana, ben)]
    body = (
        "{{contact.first_name}} {{contact.phone}} {{CLUB}} {{lead.price}} {{lead.name}} {{company.name}} {{user.name}}"
        "{{mailbox.name}} {{customer.next_purchase|default('soon')}}"
    )
    mailing = create_mailing(alice, Selection("lead", [one.pk for one in leads]), news(sales, body=body))
    assert count_blanks(mailing, written_fields(mailing)) == {
        "contact.first_name": 1,
        "contact.phone": 1,
        "CLUB": 1,
        "lead.price": 2,
        "company.name": 2,
        "mailbox.name": 2,
    }


def test_warnings_are_to_be_read_and_who_lacks_a_field_can_be_left_out(alice: Membership, sales: Mailbox) -> None:
    mailing = mailing_to(
        alice,
        sales,
        [person("Ana", "ana@client.example"), person("", "b@client.example")],
        body="{{contact.first_name}}",
    )
    assert codes(alice, mailing) == ["empty_field", "no_unsubscribe_link"]
    with pytest.raises(MailingRefused):
        start_mailing(alice, mailing.pk)
    started = start_mailing(alice, mailing.pk, is_confirmed=True, leaves_out_blanks=True)
    assert (started.state, started.recipient_count) == ("running", 1)
    assert mailing.recipients.get(state="skipped").reason == "empty_fields"
    assert AuditEvent.objects.filter(action="mailing.started").count() == 1
    with pytest.raises(WrongState):
        change_mailing(alice, mailing.pk, values_of(started))


@pytest.mark.rule("M61", "M62")
def test_triggers_that_wait_for_what_nobody_can_tell_are_warned_of(alice: Membership, sales: Mailbox) -> None:
    ana = person("Ana", "ana@client.example")
    TriggerLink.objects.create(number=8, name="Offer")
    waits = {"triggers": TriggerChoice(not_opened=(4,))}
    text = {"format": "text", "body": "Hello {unsubscribelink}"}
    unseen: dict[str, Any] = {"track_opens": False, "track_links": False}

    def is_warned(**values: Any) -> bool:
        return "opens_unseen" in codes(alice, mailing_to(alice, sales, [ana], **values))

    assert is_warned(**waits, **text)
    assert is_warned(**waits, **unseen)
    assert is_warned(**unseen, triggers=TriggerChoice(opened=(4,)))
    assert not is_warned(**waits)
    assert not is_warned(**waits, track_opens=False)
    assert not is_warned(**waits, **{**text, "body": "Hello {triggerlink:8} {unsubscribelink}"})
    assert not is_warned(**text, triggers=TriggerChoice(sent=(4,)))


def test_one_click_adds_the_link_to_unsubscribe(alice: Membership, sales: Mailbox) -> None:
    ana = person("Ana", "ana@client.example")
    for form in ("visual", "text"):
        mailing = mailing_to(alice, sales, [ana], format=form, body="Hello")
        for _ in range(2):
            mailing = add_unsubscribe_link(alice, mailing.pk)
        assert mailing.body.count("{unsubscribelink}") == 1
        assert "no_unsubscribe_link" not in codes(alice, mailing)


def test_preview_and_test_are_those_of_the_chosen_person(alice: Membership, sales: Mailbox) -> None:
    mailing = mailing_to(alice, sales, [person("Ana", "ana@client.example"), person("Ben", "ben@client.example")])
    assert "Hello Ben" in preview_for(alice, mailing.pk, 1).html
    mail = send_test(alice, mailing.pk, 0)
    assert [row.address for row in mail.recipients.all()] == ["alice@acme.example"]
    assert (mail.mailing, mail.contact and mail.contact.first_name) == (None, "Ana")


@pytest.mark.rule("M16", "M99")
def test_a_picture_that_no_letter_takes_keeps_it_from_starting(
    alice: Membership, sales: Mailbox, settings: Settings
) -> None:
    picture = store_image(alice, SimpleUploadedFile("a.png", b"12345", "image/png"))
    files, body = [DraftFile(picture.pk, "a@x")], '<img src="cid:a@x"> {unsubscribelink}'
    mailing = mailing_to(alice, sales, [person("Ana", "ana@client.example")], body=body, files=files)
    assert codes(alice, mailing) == []
    settings.IMAGE_MAX_BYTES = 4
    assert codes(alice, mailing) == ["refused"]


@pytest.mark.rule("M100", "R07", "R16")
def test_the_domain_that_stands_in_from_is_looked_at(
    alice: Membership, sales: Mailbox, make_mailbox: MakeMailbox, dns_server: DnsServer
) -> None:
    """The mailbox is one of Gmail's; its letters go out through that of the account's own domain."""
    Mailbox.objects.filter(pk=sales.pk).update(address="acme@gmail.com")
    sales.refresh_from_db()
    ana = person("Ana", "ana@client.example")
    own = make_mailbox("news@firma.example", account_of=alice)
    assert "free_mail" in domain_checks(alice, mailing_to(alice, sales, [ana]))
    Mailbox.objects.filter(pk=sales.pk).update(outgoing_mailbox=own)
    sales.refresh_from_db()
    shown = domain_checks(alice, mailing_to(alice, sales, [ana]))
    assert "free_mail" not in shown
    assert "(firma.example)" in shown["spf"]
    now = timezone.now()
    alias = SenderAlias.objects.create(
        mailbox=sales, address="a@brand.example", requested_by=alice, confirmed_at=now, expires_at=now
    )
    assert "(brand.example)" in domain_checks(alice, mailing_to(alice, sales, [ana], alias_id=alias.pk))["spf"]


def domain_checks(member: Membership, mailing: Mailing) -> dict[str, str]:
    mailing.refresh_from_db()
    return {check.code: check.message for check in check_mailing(member, mailing)}
