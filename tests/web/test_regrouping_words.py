"""While the conversations of a mailbox are put together anew, its page says so (K33)."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from accounts.models import Account, Membership
from mailboxes.models import Mailbox
from tests.conftest import MakeMailbox
from threads.regrouping import regroup_mailbox

SignIn = Callable[[Membership], Client]
WORDS = "Conversations are being put together anew"


@pytest.mark.rule("K33")
def test_both_pages_of_the_mailbox_say_it_until_it_is_done(
    signed_in: SignIn, alice: Membership, in_account: Account, make_mailbox: MakeMailbox
) -> None:
    mailbox, client = make_mailbox("sales@acme.example", account_of=alice), signed_in(alice)
    pages = [f"/settings/mailboxes/{mailbox.pk}/{page}" for page in ("", "status/", "progress/")]
    assert [page for page in pages if WORDS in client.get(page).content.decode()] == []
    Mailbox.objects.update(needs_regrouping=True)
    assert [page for page in pages if WORDS in client.get(page).content.decode()] == pages
    assert "every 3s" in client.get(pages[2]).content.decode()
    regroup_mailbox(mailbox)
    assert [page for page in pages if WORDS in client.get(page).content.decode()] == []
