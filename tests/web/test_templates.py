"""Settings, Templates."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from accounts.models import Account, Membership
from crm.models import Contact
from letter_templates.models import Template
from letter_templates.requests import TemplateFields
from letter_templates.services import create_template, save_template
from outbox.models import OutgoingMail
from outbox.uploads import store_upload
from tests.conftest import MakeMailbox

SignIn = Callable[[Membership], Client]
OFFER = TemplateFields(name="Offer", subject="Hi", body="<p>Dear {{contact.first_name}}</p>", is_public=True)
TYPED = {"name": "Offer", "format": "visual", "subject": "Hi {{contact.name}}", "body": "<p>New</p>"}


def text_of(answer: Any) -> str:  # noqa: ANN401  (the test client's)
    return str(answer.content.decode())


@pytest.mark.rule("K50", "K51")
def test_a_dialog_asks_for_name_and_format(signed_in: SignIn, alice: Membership, in_account: Account) -> None:
    client = signed_in(alice)
    assert "Add a template" in text_of(client.get(reverse("templates")))
    assert "<dialog" in text_of(client.get(reverse("template_create"), headers={"HX-Request": "true"}))
    answer = client.post(reverse("template_create"), {"name": "Offer", "format": "html"})
    made = Template.objects.get()
    assert (made.format, made.owner, answer["Location"]) == ("html", alice, reverse("template", args=[made.pk]))
    assert client.post(reverse("template_create"), {"name": "", "format": "html"}).status_code == 422


@pytest.mark.rule("M40", "M49", "M45")
def test_a_template_is_written(signed_in: SignIn, alice: Membership, in_account: Account) -> None:
    made = create_template(alice, OFFER)
    upload = store_upload(alice, SimpleUploadedFile("plan.txt", b"plan"))
    out = store_upload(alice, SimpleUploadedFile("gone.png", b"png"))
    listed = json.dumps([{"upload": upload.pk}, {"upload": out.pk, "content_id": "not-in-the-text@letter"}])
    url = reverse("template", args=[made.pk])
    client = signed_in(alice)
    answer = client.post(url, {**TYPED, "version": 1, "file_list": listed, "without_signature": "on"})
    assert answer.status_code == 302
    made = Template.objects.get()
    assert (made.subject, made.body, made.without_signature) == ("Hi {{contact.name}}", "<p>New</p>", True)
    (file,) = made.files.all()
    assert file.filename == "plan.txt"
    client.post(url, {**TYPED, "version": 2, "file_list": json.dumps([{"upload": -file.pk}])})
    assert [kept.filename for kept in made.files.all()] == ["plan.txt"]
    client.post(url, {**TYPED, "version": 3, "file_list": "[]"})
    assert not made.files.exists()


@pytest.mark.rule("K52")
def test_a_wrong_field_is_named_and_what_was_typed_stays(
    signed_in: SignIn, alice: Membership, in_account: Account
) -> None:
    made = create_template(alice, OFFER)
    answer = signed_in(alice).post(reverse("template", args=[made.pk]), {**TYPED, "body": "Hi {{ contact.nam }}"})
    assert answer.status_code == 422
    assert "There is no field “contact.nam” (line 1, column 7)." in text_of(answer)
    assert "Hi {{ contact.nam }}" in text_of(answer)


def test_what_somebody_else_saved_meanwhile_is_not_lost(
    signed_in: SignIn, alice: Membership, in_account: Account
) -> None:
    made = create_template(alice, OFFER)
    save_template(alice, made.pk, replace(OFFER, subject="Theirs"))
    client = signed_in(alice)
    url = reverse("template", args=[made.pk])
    answer = client.post(url, {**TYPED, "version": 1})
    assert "Somebody saved this template" in text_of(answer)
    assert 'name="version" value="2"' in text_of(answer)
    assert Template.objects.get().subject == "Theirs"


@pytest.mark.rule("M50", "M48")
def test_who_may_only_use_it_sees_it(
    signed_in: SignIn, alice: Membership, bob: Membership, charlie: Membership, in_account: Account
) -> None:
    public = create_template(alice, OFFER)
    hidden = create_template(alice, replace(OFFER, name="Hidden", is_public=False))
    client = signed_in(bob)
    listed = text_of(client.get(reverse("templates")))
    assert ("Offer" in listed, "Hidden" in listed) == (True, False)
    url = reverse("template", args=[public.pk])
    assert "A public template of Alice Archer" in text_of(client.get(url))
    assert client.post(url, TYPED).status_code == 404
    assert client.post(reverse("template_delete", args=[public.pk])).status_code == 404
    assert client.get(reverse("template", args=[hidden.pk])).status_code == 404
    assert signed_in(charlie).get(url).status_code == 404


@pytest.mark.rule("M18")
def test_the_preview_shows_what_is_typed_for_a_card(signed_in: SignIn, alice: Membership, in_account: Account) -> None:
    made = create_template(alice, OFFER)
    ann = Contact.objects.create(name="Ann Lee", first_name="Ann")
    url = reverse("template_preview", args=[made.pk])
    client = signed_in(alice)
    assert "Dear Ann" in text_of(client.post(url, {"card": f"contact:{ann.pk}"}))
    typed = {**TYPED, "body": "<p>{{lead.name}}<script>alert(1)</script></p>"}
    shown = text_of(client.post(url, {**typed, "card": f"contact:{ann.pk}"}))
    assert "Hi Ann Lee" in shown
    assert "field is empty for this reader" in shown
    assert "no mailbox of their own" in shown
    assert "alert(1)" not in shown
    assert client.post(url, {**typed, "body": "{{ nothing }}"}).status_code == 422


@pytest.mark.rule("M41")
def test_a_test_goes_to_oneself(
    signed_in: SignIn, alice: Membership, in_account: Account, make_mailbox: MakeMailbox
) -> None:
    made = create_template(alice, OFFER)
    url = reverse("template_test", args=[made.pk])
    client = signed_in(alice)
    assert "no mailbox of their own" in client.post(url)["HX-Trigger"]
    make_mailbox("alice@acme.example", owner=alice)
    assert "alice@acme.example" in client.post(url)["HX-Trigger"]
    assert [row.address for row in OutgoingMail.objects.get().recipients.all()] == ["alice@acme.example"]


def test_a_file_is_imported(signed_in: SignIn, alice: Membership, in_account: Account) -> None:
    create_template(alice, OFFER)
    client = signed_in(alice)
    answer: Any = client.get(reverse("templates_export"))
    raw = b"".join(answer.streaming_content)
    url = reverse("templates_import")
    for clash, words in (("rename", "Offer (2)"), ("skip", "left out"), ("replace", "in the place of yours")):
        given = {"file": SimpleUploadedFile("t.zip", raw), "clash": clash}
        assert words in text_of(client.post(url, given))
    wrong = client.post(url, {"file": SimpleUploadedFile("t.zip", b"x"), "clash": "skip"})
    assert "not a file of templates" in text_of(wrong)
