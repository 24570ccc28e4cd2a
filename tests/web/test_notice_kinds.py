"""Everybody chooses which notices ring the bell, and which come by mail."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from accounts.models import Account, Membership, Notice
from accounts.notices import KINDS, notify
from web.notice_kinds import GROUPS
from web.notice_words import BY_KIND

SignIn = Callable[[Membership], Client]
KIND = "mailbox.needs_login"


def test_each_kind_has_words_and_can_be_chosen() -> None:
    labelled = [kind for _label, kinds in GROUPS for kind in kinds]
    assert sorted(labelled) == sorted(KINDS) == sorted(BY_KIND)


def test_what_is_not_ticked_rings_no_more(signed_in: SignIn, bob: Membership, in_account: Account) -> None:
    notify([bob], KIND, mailbox=0)
    client = signed_in(bob)
    others = [kind for kind in KINDS if kind != KIND]
    assert client.post(reverse("profile_notices"), {"bell": others, "mail": ["mail.failed"]}).status_code == 302
    bob.refresh_from_db()
    assert (bob.notices_off, bob.notices_mailed) == ([KIND], ["mail.failed"])
    notify([bob], KIND, mailbox=0)
    assert Notice.objects.count() == 1
    assert "needs a new sign-in" not in client.get(reverse("notices")).content.decode()
    assert 'class="badge"' not in client.get(reverse("notice_bell")).content.decode()
    client.post(reverse("profile_notices"), {"bell": list(KINDS)})
    assert "needs a new sign-in" in client.get(reverse("notices")).content.decode()


def test_the_page_shows_what_was_chosen(signed_in: SignIn, bob: Membership, in_account: Account) -> None:
    Membership.objects.filter(pk=bob.pk).update(notices_off=["mail.failed"], notices_mailed=["mail.bounced"])
    page = signed_in(bob).get(reverse("profile")).content.decode()
    assert 'name="bell" value="mail.failed">' in page
    assert 'name="bell" value="mail.bounced" checked>' in page
    assert 'name="mail" value="mail.bounced" checked>' in page


def test_mail_is_offered_only_where_it_can_be_sent(
    signed_in: SignIn, bob: Membership, settings: Settings, in_account: Account
) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"
    client = signed_in(bob)
    page = client.get(reverse("profile")).content.decode()
    assert 'name="mail" value=' not in page
    assert "this installation has no mail server of its own" in page
    client.post(reverse("profile_notices"), {"bell": list(KINDS), "mail": ["mail.failed"]})
    bob.refresh_from_db()
    assert bob.notices_mailed == []


@pytest.mark.rule("R14", "K23")
def test_a_letter_is_named_only_to_who_may_read_it(
    signed_in: SignIn, alice: Membership, bob: Membership, charlie: Membership, in_account: Account
) -> None:
    notify([bob], "mail.arrived", message=4711, mailbox=1)
    notify([bob], "customer.assigned", contact=4711)
    page = signed_in(bob).get(reverse("notices")).content.decode()
    assert "… wrote: “…”" in page
    assert "… wrote" not in signed_in(charlie).get(reverse("notices")).content.decode()
