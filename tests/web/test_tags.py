"""Settings, Tags and Kinds of tasks, for administrators."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Account, Membership
from crm.contacts import ContactValues, create_contact
from crm.models import Contact, Tag, TaskType
from crm.tags import tags_of
from crm.task_types import list_types

SignIn = Callable[[Membership], Client]


@pytest.fixture
def ana(in_account: Account) -> Contact:
    return create_contact(ContactValues("Ana", tags=["old", "vip"]))


def test_a_tag_is_renamed_merged_when_that_is_wanted_and_deleted(
    signed_in: SignIn, alice: Membership, ana: Contact
) -> None:
    client, old = signed_in(alice), Tag.objects.get(name="old")
    assert "1 card" in client.get(reverse("tags")).content.decode()
    url = reverse("tag", args=[old.pk])
    asked = client.post(url, {"name": "VIP"})
    assert asked.status_code == 422
    assert "Make them one" in asked.content.decode()
    assert Tag.objects.count() == 2
    assert client.post(url, {"name": "VIP", "merge": "1"}).status_code == 302
    assert tags_of(Contact.objects.get()) == ["vip"]
    url = reverse("tag", args=[Tag.objects.get().pk])
    client.post(url, {"name": "Best"})
    assert tags_of(Contact.objects.get()) == ["Best"]
    client.post(reverse("tag_delete", args=[Tag.objects.get().pk]))
    assert "No tags yet" in client.get(reverse("tags")).content.decode()


def test_a_kind_of_tasks_is_added_renamed_and_deleted(
    signed_in: SignIn, alice: Membership, in_account: Account
) -> None:
    client = signed_in(alice)
    client.post(reverse("task_types"), {"name": "Visit"})
    visit = TaskType.objects.get(code="visit")
    client.post(reverse("task_type", args=[visit.pk]), {"name": "Site visit"})
    assert "Site visit" in client.get(reverse("task_types")).content.decode()
    assert client.post(reverse("task_types"), {"name": ""}).status_code == 422
    client.post(reverse("task_type_delete", args=[visit.pk]))
    assert list_types().count() == 3


@pytest.mark.rule("G10", "G11")
def test_others_do_not_come_here(signed_in: SignIn, bob: Membership, charlie: Membership, ana: Contact) -> None:
    tag, kind = Tag.objects.get(name="vip"), list_types()[0]
    places = [
        reverse("tags"),
        reverse("tag", args=[tag.pk]),
        reverse("task_types"),
        reverse("task_type", args=[kind.pk]),
    ]
    assert [signed_in(bob).get(url).status_code for url in places] == [403] * 4
    assert [signed_in(charlie).get(url).status_code for url in places] == [200, 404, 200, 404]
    assert signed_in(charlie).post(reverse("tag_delete", args=[tag.pk])).status_code == 404
