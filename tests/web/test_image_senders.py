"""Settings, Profile: senders whose remote images are always shown, each member's own."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Account, Membership
from threads.consents import allow_images
from threads.models import ImageConsent
from web.views import image_senders

pytestmark = pytest.mark.usefixtures("in_account")
SignIn = Callable[[Membership], Client]
NEWS = "news@shop.example"


def profile_of(client: Client) -> str:
    return client.get(reverse("profile")).content.decode()


def test_one_is_taken_off(signed_in: SignIn, bob: Membership) -> None:
    client = signed_in(bob)
    assert "always shown" not in profile_of(client)
    consent = allow_images(bob, NEWS)
    assert NEWS in profile_of(client)
    answer = client.post(reverse("image_sender_remove", args=[consent.pk]), follow=True)
    assert "Images from news@shop.example are blocked again" in answer.content.decode()
    assert not ImageConsent.objects.exists()


def test_nobody_sees_or_removes_those_of_others(
    signed_in: SignIn, in_account: Account, alice: Membership, bob: Membership, charlie: Membership
) -> None:
    consent = allow_images(bob, NEWS)
    for other in (alice, charlie):
        client = signed_in(other)
        assert NEWS not in profile_of(client)
        assert NEWS not in client.get(reverse("image_senders")).content.decode()
        assert client.post(reverse("image_sender_remove", args=[consent.pk])).status_code == 404
    assert ImageConsent.objects.exists()


def test_a_long_list_comes_in_pages(signed_in: SignIn, bob: Membership, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(image_senders, "PAGE", 2)
    for number in range(3):
        allow_images(bob, f"{number}@shop.example")
    client = signed_in(bob)
    page = client.get(reverse("profile"))
    assert [row.sender_key[0] for row in page.context["senders"].rows] == ["2", "1"]
    more = client.get(reverse("image_senders"), {"from": page.context["senders"].next_place}).content.decode()
    assert "0@shop.example" in more
    assert "1@shop.example" not in more
