"""Two accounts whose programs answer each other: nothing goes round."""

from __future__ import annotations

import pytest

from accounts.models import Membership
from accounts.tenancy import tenant
from crm.models import Contact
from outbox.models import OutgoingMail
from tests.smart_addresses.arrivals import address, arrive
from tests.threads.builders import Mail


@pytest.mark.rule("G03", "K47")
def test_an_automatic_letter_from_one_account_to_the_other_is_answered_by_nobody(
    alice: Membership, charlie: Membership
) -> None:
    answer = (
        b"Auto-Submitted: auto-replied\r\n"
        + Mail("Away", sender="contact@globex.in.example", to=address("contact")).to_bytes()
    )
    with tenant(alice.account_id):
        letter = arrive("contact", answer, mail_from="")
        assert letter.outcome == "automatic"
        assert not Contact.objects.exists()
        assert not OutgoingMail.objects.exists()
