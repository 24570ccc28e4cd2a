"""`outbox/`: letters that are made of a template, a card, or another letter."""

from __future__ import annotations

from typing import Any

import pytest

from accounts.models import Membership
from accounts.tenancy import tenant
from crm.contacts import ContactValues, create_contact
from crm.models import Contact
from letter_templates.models import Template
from mailboxes import leases
from mailboxes.models import Mailbox
from sync.mailbox_sync import sync_mailbox
from tests.api.client import ApiClient, json_of, problem_of
from tests.api.conftest import MakeLetter
from tests.api.test_outbox import upload
from tests.servers.pymap_server import PymapServer
from tests.sync.letters import letter
from threads.models import FolderEntry

pytestmark = pytest.mark.django_db
FOREVER = 1e9


@pytest.fixture
def dana(alice: Membership) -> Contact:
    with tenant(alice.account_id):
        return create_contact(ContactValues(first_name="Dana", emails=["dana@client.example"]))


@pytest.fixture
def template(alice: Membership, sales: Mailbox) -> Template:
    with tenant(alice.account_id):
        return Template.objects.create(
            name="Offer",
            format="html",
            subject="For {{contact.first_name}}",
            body="<p>Dear {{contact.first_name}}</p>",
            from_mailbox=sales,
            owner=alice,
            without_signature=True,
            attachment_url="https://files.example/offer.pdf",
        )


@pytest.mark.rule("M40", "M41", "M49")
@pytest.mark.rule("M43", "M44")
def test_what_is_not_said_the_template_says(
    alice_api: ApiClient, template: Template, dana: Contact, sales: Mailbox
) -> None:
    made = json_of(alice_api.post("outbox/", {"template": str(template.pk), "contact": str(dana.pk)}), 201)
    assert (made["mailbox"], made["to"]) == (str(sales.pk), ["dana@client.example"])
    assert (made["subject"], made["html"], made["merge_fields"]) == (template.subject, template.body, True)
    assert (made["with_signature"], made["attachment_url"]) == (False, template.attachment_url)
    asked = {"template": str(template.pk), "to": ["eve@client.example"], "subject": "Own", "text": "Own words"}
    own = json_of(alice_api.post("outbox/", asked), 201)
    assert (own["subject"], own["text"], own["html"]) == ("Own", "Own words", "")


@pytest.mark.rule("M41", "M50")
def test_a_template_is_used_by_those_who_see_it(
    alice_api: ApiClient, bob_api: ApiClient, template: Template, dana: Contact
) -> None:
    asked = {"template": str(template.pk), "contact": str(dana.pk)}
    assert problem_of(bob_api.post("outbox/", asked), 400)["errors"][0]["pointer"] == "#/template"
    assert problem_of(alice_api.post("outbox/", {**asked, "contact": None}), 400)["errors"][0]["pointer"] == "#/to"
    assert problem_of(alice_api.post("outbox/", {"to": ["a@b.example"]}), 400)["errors"][0]["pointer"] == "#/mailbox"


@pytest.mark.rule("K52")
def test_a_card_brings_merge_fields_and_a_wrong_one_is_named(
    alice_api: ApiClient, sales: Mailbox, dana: Contact
) -> None:
    asked = {"mailbox": str(sales.pk), "to": ["dana@client.example"], "text": "Dear {{contact.nme}}"}
    plain = json_of(alice_api.post("outbox/", asked), 201)
    assert (plain["merge_fields"], plain["text"]) == (False, "Dear {{contact.nme}}")
    wrong = problem_of(alice_api.post("outbox/", {**asked, "contact": str(dana.pk)}), 400)
    assert wrong["errors"][0]["pointer"] == "#/text"
    assert "contact.nme" in wrong["detail"]
    assert "line 1, column 8" in wrong["detail"]


@pytest.fixture
def stored(
    alice: Membership, alice_api: ApiClient, connect_body: dict[str, Any], pymap_server: PymapServer
) -> dict[str, Any]:
    """A letter with a file, on a mail server."""
    address = connect_body["address"]
    pymap_server.deliver(address, letter(1, to=address, files={"offer.pdf": b"%PDF"}))
    mailbox_id = json_of(alice_api.post("mailboxes/", connect_body), 201)["id"]
    with tenant(alice.account_id):
        lease = leases.claim(int(mailbox_id))
        assert lease is not None
        sync_mailbox(lease, deadline=FOREVER)
    (message,) = json_of(alice_api.get("messages/"))["results"]
    return {"mailbox": mailbox_id, "message": message}


@pytest.mark.rule("A11", "K62")
def test_a_letter_is_forwarded_with_its_files(alice: Membership, alice_api: ApiClient, stored: dict[str, Any]) -> None:
    message = stored["message"]
    asked = {"mailbox": stored["mailbox"], "to": ["x@x.example"], "text": "See below", "forward_message": message["id"]}
    made = json_of(alice_api.post("outbox/", asked, Idempotency_Key="k"), 201)
    assert made["subject"].startswith("Fwd: ")
    assert (made["forward_message"], made["text"], len(made["attachments"])) == (message["id"], "See below", 1)
    assert message["from"]["address"] in made["quote_text"]
    assert json_of(alice_api.post("outbox/", asked, Idempotency_Key="k"), 201) == made
    copied = json_of(alice_api.post("uploads/", {"attachment": message["attachments"][0]["id"]}), 201)
    assert (copied["filename"], copied["size"]) == ("offer.pdf", 4)
    with tenant(alice.account_id):
        FolderEntry.objects.update(is_on_server=False)
    gone = problem_of(alice_api.post("outbox/", asked), 400)
    assert (gone["errors"][0]["pointer"], "offer.pdf" in gone["detail"]) == ("#/attachments", True)
    assert json_of(alice_api.post("outbox/", {**asked, "attachments": []}), 201)["attachments"] == []


@pytest.mark.rule("A11", "K62")
def test_a_draft_that_forwards_has_the_letter_and_its_files(alice_api: ApiClient, stored: dict[str, Any]) -> None:
    message = stored["message"]
    asked = {"forward_message": message["id"], "to": ["x@x.example"], "text": "See below"}
    made = json_of(alice_api.post("drafts/", asked, Idempotency_Key="k"), 201)
    assert (made["mailbox"], made["text"], len(made["attachments"])) == (stored["mailbox"], "See below", 1)
    assert made["subject"].startswith("Fwd: ")
    assert message["from"]["address"] in made["quote_text"]
    assert json_of(alice_api.post("drafts/", asked, Idempotency_Key="k"), 201) == made
    mail = json_of(alice_api.post(f"drafts/{made['id']}/send/", {"undo_seconds": 60}), 201)
    assert {name: mail[name] for name in ("quote_text", "attachments")} == {
        name: made[name] for name in ("quote_text", "attachments")
    }
    assert json_of(alice_api.post("drafts/", {**asked, "attachments": []}), 201)["attachments"] == []


def test_who_may_not_read_may_not_forward(
    alice: Membership, bob_api: ApiClient, alices_own: Mailbox, sales: Mailbox, make_letter: MakeLetter
) -> None:
    hidden = make_letter(alices_own)
    asked = {"mailbox": str(sales.pk), "to": ["bob@b.example"], "forward_message": str(hidden.pk)}
    assert problem_of(bob_api.post("outbox/", asked), 400)["errors"][0]["pointer"] == "#/forward_message"
    with tenant(alice.account_id):
        file = hidden.attachments.get()
    problem_of(bob_api.post("uploads/", {"attachment": str(file.pk)}), 404)
    sender = ApiClient(alice, ["mail:send"])
    problem_of(sender.post("outbox/", {**asked, "forward_message": str(make_letter(sales).pk)}), 403)
    problem_of(sender.post("uploads/", {"attachment": str(file.pk)}), 403)
    problem_of(sender.post("uploads/", {}), 400)
    assert upload(sender).status_code == 201
