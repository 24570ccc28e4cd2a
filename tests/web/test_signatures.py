"""The editor of signatures in the settings, and the document in its preview."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Account, Membership
from tests.conftest import MakeMailbox
from tests.web.test_profile import VALUES

SignIn = Callable[[Membership], Client]


@pytest.mark.rule("K52", "M48")
def test_a_rich_signature_is_saved_clean(signed_in: SignIn, bob: Membership, in_account: Account) -> None:
    client = signed_in(bob)
    typed = "<p onclick='x()'>{{ user.name }}</p>"
    assert client.post(reverse("profile"), VALUES | {"signature": typed}).status_code == 302
    bob.refresh_from_db()
    assert bob.signature == "<p>{{ user.name }}</p>"


@pytest.mark.rule("K52")
def test_a_wrong_field_is_named_with_its_place_and_what_was_typed_stays(
    signed_in: SignIn, alice: Membership, bob: Membership, make_mailbox: MakeMailbox
) -> None:
    mailbox = make_mailbox("sales@acme.example", account_of=alice)
    client = signed_in(alice)
    for url in (reverse("profile"), reverse("mailbox", args=[mailbox.pk])):
        answer = client.post(url, VALUES | {"signature": "Yours {{ user.nam }}", "interval_minutes": "15"})
        assert answer.status_code == 422
        page = answer.content.decode()
        assert "There is no field “user.nam” (line 1, column 10)." in page
        assert "Yours {{ user.nam }}</textarea>" in page


@pytest.mark.rule("M18")
def test_the_preview_is_a_document_that_runs_and_loads_nothing(
    signed_in: SignIn, bob: Membership, make_mailbox: MakeMailbox
) -> None:
    make_mailbox("bob@acme.example", owner=bob)
    typed = '<p>{{ user.name }}, {{ mailbox.name }}<script>x</script><img src="https://acme.example/l.png"></p>'
    answer = signed_in(bob).post(reverse("signature_preview"), {"signature": typed, "theme": "dark"})
    page = answer.content.decode()
    assert "<p>Bob Baker, <img" in page
    assert "This field is empty: mailbox.name" in page
    assert not any(word in page for word in ("<script", ' src="https'))
    assert "default-src 'none'" in answer["Content-Security-Policy"]
    assert "allow-scripts" not in answer["Content-Security-Policy"]


def test_a_preview_of_a_fault_says_what_it_is(signed_in: SignIn, bob: Membership) -> None:
    answer = signed_in(bob).post(reverse("signature_preview"), {"signature": "{{ <b> }}"})
    assert answer.status_code == 422
    assert "A field is not written right" in answer.content.decode()


@pytest.mark.rule("G10")
def test_charlie_and_strangers_preview_nothing_of_acme(
    signed_in: SignIn, client: Client, alice: Membership, charlie: Membership, make_mailbox: MakeMailbox
) -> None:
    url = reverse("signature_preview") + f"?mailbox={make_mailbox('sales@acme.example', account_of=alice).pk}"
    assert client.post(url, {"signature": "{{ mailbox.address }}"}).status_code in (302, 401, 403)
    answer = signed_in(charlie).post(url, {"signature": "{{ mailbox.address }}"})
    assert answer.status_code == 404
    assert "sales@acme.example" not in answer.content.decode()
