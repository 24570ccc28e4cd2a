"""The signature of a letter that goes out: its fields, in both forms; and one whose fields cannot be filled in."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import Membership
from letter_templates import rendering
from mailboxes.models import Mailbox
from mailkit.child_pool import ChildPool
from mailkit.mime_reader import parse_message
from outbox.attempts import attempt
from outbox.composing import freeze
from outbox.line import Line
from outbox.models import OutgoingMail
from tests.outbox.conftest import Queue

State = OutgoingMail.State


def sign(member: Membership, signature: str) -> None:
    Membership.objects.filter(pk=member.pk).update(signature=signature)


def again(mail: OutgoingMail) -> OutgoingMail:
    return OutgoingMail.objects.get(pk=mail.pk)


@pytest.mark.rule("K52", "M48")
def test_fields_are_filled_in_in_both_forms(queue: Queue, alice: Membership, alices: Mailbox) -> None:
    sign(alice, "<p><b>{{ user.name }}</b><br>{{ account.name }}, {{ mailbox.address }}</p>")
    parsed = parse_message(freeze(again(queue(html="<p>Hi</p>"))))
    assert parsed.html.rstrip() == (f"<p>Hi</p><div>--<br><p><b>Alice Archer</b><br>Acme, {alices.address}</p></div>")
    assert parsed.text.rstrip().endswith(f"Alice Archer\nAcme, {alices.address}")


@pytest.mark.rule("M48")
def test_the_mailboxes_signature_names_whoever_writes(queue: Queue, alices: Mailbox) -> None:
    Mailbox.objects.filter(pk=alices.pk).update(signature="{{ user.name }} of {{ account.name }}")
    parsed = parse_message(freeze(again(queue(html="<p>Hi</p>"))))
    assert parsed.html.rstrip() == "<p>Hi</p><div>--<br>Alice Archer of Acme</div>"


def leased(mail: OutgoingMail) -> OutgoingMail:
    """As a worker has it in its hands."""
    token = "6d5c6f5e-0000-4000-8000-000000000001"
    OutgoingMail.objects.filter(pk=mail.pk).update(
        state=State.SENDING, attempts=1, lease_token=token, lease_until=timezone.now() + timedelta(minutes=5)
    )
    return again(mail)


@pytest.mark.rule("M90", "M94")
def test_a_field_that_is_gone_fails_the_letter_and_says_why(queue: Queue, alice: Membership) -> None:
    sign(alice, "{{ user.fax }}")
    mail = leased(queue())
    attempt(mail, Line())
    failed = again(mail)
    assert (failed.state, failed.error_code) == (State.FAILED, "signature")
    assert "user.fax" in failed.error_detail


def test_a_machine_that_is_busy_does_not_fail_the_letter(
    queue: Queue, alice: Membership, monkeypatch: pytest.MonkeyPatch
) -> None:
    sign(alice, "{{ user.name }}")
    monkeypatch.setattr(rendering, "_pool", ChildPool("letter_templates.no_such_module"))
    mail = leased(queue())
    attempt(mail, Line())
    assert (again(mail).state, again(mail).error_code) == (State.RETRY, "signature")
    assert again(mail).due_at > timezone.now()
