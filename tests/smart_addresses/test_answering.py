"""Two accounts whose rules write to each other, through real servers: nothing goes round."""

from __future__ import annotations

import smtplib
from dataclasses import dataclass

import pytest

from accounts.models import Membership
from accounts.tenancy import tenant
from automation.running import carry_out_due
from crm.models import Contact, Lead
from crm.pipelines import default_stage
from mailboxes.models import Credential, Mailbox
from mailboxes.secrets import store_secret
from mailkit.types import Secret
from outbox.delivery import deliver
from outbox.models import OutgoingMail
from smart_addresses.filing import file_letter, list_due
from smart_addresses.models import ArrivedLetter
from tests.automation.stages import make_action, make_template
from tests.conftest import MakeMailbox
from tests.servers.smtp_sink import SmtpSink
from tests.smart_addresses.arrivals import address, arrive
from tests.smart_addresses.running import RunningListener, running_listener
from tests.threads.builders import Mail

__all__ = ["running_listener"]
pytestmark = pytest.mark.django_db(transaction=True)
ROUNDS = 6


@dataclass
class Side:
    """An account that answers each new lead with a letter to lead@ of the other one."""

    member: Membership
    mailbox: Mailbox

    def answer_leads_at(self, other: str) -> None:
        with tenant(self.member.account_id):
            template = make_template(self.member, "Thank you", send_to=other)
            make_action(self.member, default_stage(), template)

    def work(self) -> None:
        """What workers would do now: letters filed, rules carried out, letters sent."""
        with tenant(self.member.account_id):
            ArrivedLetter.objects.filter(dmarc="").update(spf="pass", dkim="pass", dmarc="pass", is_verified=True)
            for _account_id, letter_id in list_due():
                file_letter(letter_id)
            carry_out_due()
            deliver(self.mailbox.pk)


@pytest.fixture
def sides(alice: Membership, charlie: Membership, make_mailbox: MakeMailbox, smtp_sink: SmtpSink) -> list[Side]:
    """Acme and Globex; their letters go out by `smtp_sink`."""
    servers = {"smtp_port": smtp_sink.port, "smtp_security": "none", "smtp_username": smtp_sink.user}
    sides = []
    for member, name in ((alice, "sales@acme.example"), (charlie, "sales@globex.example")):
        mailbox = make_mailbox(name, account_of=member)
        with tenant(member.account_id):
            Mailbox.objects.filter(pk=mailbox.pk).update(
                imap_host="", next_sync_at=None, is_account_default=True, **servers
            )
            store_secret(mailbox, Credential.Field.SMTP_PASSWORD, Secret(smtp_sink.password))
        sides.append(Side(member, mailbox))
    sides[0].answer_leads_at("lead@globex.in.example")
    sides[1].answer_leads_at("lead@acme.in.example")
    return sides


def carry(sink: SmtpSink, listener: RunningListener, *, since: int) -> int:
    """What the account's mail servers took goes on to the other one's listener; the number of letters there are."""
    for letter in sink.letters[since:]:
        with smtplib.SMTP("127.0.0.1", listener.port) as client:
            client.sendmail(letter.mail_from, letter.recipients, letter.raw)
    return len(sink.letters)


@pytest.mark.rule("G03", "M98")
def test_two_accounts_that_answer_each_other_by_themselves_end_after_one_letter(
    sides: list[Side], smtp_sink: SmtpSink, running_listener: RunningListener
) -> None:
    asked = Mail("A kitchen", to="lead@acme.in.example")
    running_listener.send(asked.to_bytes(), "lead@acme.in.example", mail_from="anna@client.example")
    carried = 0
    for _ in range(ROUNDS):
        for side in sides:
            side.work()
        carried = carry(smtp_sink, running_listener, since=carried)
    assert [letter.recipients for letter in smtp_sink.letters] == [("lead@globex.in.example",)]
    for side, leads, outcome in zip(sides, (1, 0), ("created", "automatic"), strict=True):
        with tenant(side.member.account_id):
            assert Lead.objects.count() == OutgoingMail.objects.count() == leads
            assert [letter.outcome for letter in ArrivedLetter.objects.all()] == [outcome]


@pytest.mark.rule("G03", "K47")
def test_an_answer_of_absence_to_a_smart_address_is_answered_by_nobody(alice: Membership) -> None:
    answer = (
        b"Auto-Submitted: auto-replied\r\n"
        + Mail("Away", sender="contact@globex.in.example", to=address("contact")).to_bytes()
    )
    with tenant(alice.account_id):
        letter = arrive("contact", answer, mail_from="")
        assert letter.outcome == "automatic"
        assert not Contact.objects.exists()
        assert not OutgoingMail.objects.exists()
