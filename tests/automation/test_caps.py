"""What no check of the graph can foresee ends at the caps (M98)."""

from __future__ import annotations

import pytest
from pytest_django import Settings

from accounts.models import Membership
from automation.models import Run
from crm.models import Contact, Stage
from mailboxes.models import Mailbox
from outbox.models import OutgoingMail
from outbox.suppression import set_unsubscribed
from tests.automation.letters import carry_out, end, make_trigger, send
from tests.automation.stages import make_action, make_lead, make_person, make_template

pytestmark = pytest.mark.rule("M98", "G08")


@pytest.fixture
def ann(stages: list[Stage]) -> Contact:
    return make_person("Ann", "ann@client.example")


def reasons() -> list[str]:
    return list(Run.objects.order_by("id").values_list("reason", flat=True))


def test_three_letters_of_one_template_a_day(alice: Membership, sales: Mailbox, ann: Contact) -> None:
    trigger = make_trigger(alice, "mail", template=make_template(alice).pk)
    for _number in range(4):
        send(alice, sales, ann, sent=(trigger.pk,))
    carry_out()
    assert reasons() == ["", "", "", "cap_template"]
    OutgoingMail.objects.filter(is_automatic=True).update(created_at="2020-01-01T00:00Z")
    send(alice, sales, ann, sent=(trigger.pk,))
    carry_out()
    assert reasons()[-1] == ""


@pytest.mark.usefixtures("sales")
def test_a_letter_to_several_counts_for_each_of_them(alice: Membership, ann: Contact, stages: list[Stage]) -> None:
    make_action(alice, stages[0], make_template(alice), together=True)
    for number in range(4):
        make_lead(stages[0], make_person(f"A{number}", f"a{number}@client.example"), ann)
    carry_out()
    assert reasons() == ["", "", "", "cap_template"]


def test_an_address_of_the_template_gets_only_so_many(
    alice: Membership, sales: Mailbox, stages: list[Stage], settings: Settings
) -> None:
    settings.TRIGGER_ADDRESS_PER_DAY = 3
    office = make_template(alice, send_to="Office@client.example, two@client.example")
    trigger = make_trigger(alice, "mail", template=office.pk)
    for number in range(4):  # each contact has room
        send(alice, sales, make_person(f"A{number}", f"a{number}@client.example"), sent=(trigger.pk,))
    carry_out()
    assert reasons() == ["", "", "", "cap_address"]
    other = make_trigger(
        alice, "mail", "Other", template=make_template(alice, "Other", send_to="two@client.example").pk
    )
    send(alice, sales, make_person("Tim", "tim@client.example"), sent=(other.pk,))
    OutgoingMail.objects.filter(template=office).update(created_at="2020-01-01T00:00Z")
    send(alice, sales, make_person("Eva", "eva@client.example"), sent=(trigger.pk,))
    carry_out()
    assert reasons()[-2:] == ["", ""]


def test_ten_letters_of_rules_a_day(alice: Membership, sales: Mailbox, ann: Contact, settings: Settings) -> None:
    settings.TRIGGER_LETTERS_PER_DAY = 2
    triggers = [
        make_trigger(alice, "mail", f"Send {n}", template=make_template(alice, f"No. {n}").pk) for n in range(3)
    ]
    send(alice, sales, ann, sent=tuple(trigger.pk for trigger in triggers))
    carry_out()
    assert reasons() == ["", "", "cap_contact"]
    assert Run.objects.order_by("id")[2].detail == {"template": "No. 2", "most": 2}


def test_five_letters_that_lead_to_one_another(alice: Membership, sales: Mailbox, ann: Contact) -> None:
    trigger = make_trigger(alice, "mail", template=make_template(alice).pk)
    mail = send(alice, sales, ann, sent=(trigger.pk,))
    Run.objects.update(depth=5)
    carry_out()
    assert reasons() == ["cap_depth"]
    Run.objects.update(depth=4, state="waiting")
    carry_out()
    made = OutgoingMail.objects.exclude(pk=mail.pk).get()
    assert made.depth == 5
    end(made)


def test_an_address_that_takes_no_mail(alice: Membership, sales: Mailbox, ann: Contact) -> None:
    trigger = make_trigger(alice, "mail", template=make_template(alice).pk)
    set_unsubscribed(alice, ["ann@client.example"], is_unsubscribed=True)
    send(alice, sales, ann, sent=(trigger.pk,))
    carry_out()
    assert reasons() == ["suppressed"]
