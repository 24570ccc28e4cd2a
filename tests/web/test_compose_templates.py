"""Templates in the compose dialog: taken for a letter, and made of one."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from accounts.models import Account, Membership
from letter_templates.models import Template
from letter_templates.services import TemplateFields, create_template
from tests.web.compose_state import Script, letter

LINK = "https://files.example/{{ lead.name }}.pdf"
SignIn = Callable[[Membership], Client]


@pytest.mark.rule("M46", "M48", "M49", "M50")
def test_a_template_fills_in_a_letter_of_those_who_may_use_it(
    signed_in: SignIn, in_account: Account, alice: Membership, bob: Membership, charlie: Membership
) -> None:
    fields = TemplateFields(
        name="Offer", subject="Our offer", body="<p>Hi</p>", without_signature=True, attachment_url=LINK
    )
    made = create_template(alice, fields)
    path = f"/mail/compose/templates/{made.pk}/"
    taken = Script(signed_in(alice), alice).post(path, letter()).json()["fields"]
    assert (taken["template"], taken["subject"], taken["body"]) == (made.pk, "Our offer", "<p>Hi</p>")
    assert (taken["with_signature"], taken["attachment_url"]) == (False, LINK)
    assert "Offer" in signed_in(alice).get("/mail/compose/templates/").content.decode()
    for other in (bob, charlie):
        assert Script(signed_in(other), other).post(path, letter()).status_code == 404
        assert "Offer" not in signed_in(other).get("/mail/compose/templates/").content.decode()


@pytest.mark.rule("M19")
def test_what_was_written_is_kept_as_a_template(signed_in: SignIn, in_account: Account, alice: Membership) -> None:
    client = signed_in(alice)
    kept = client.post("/mail/uploads/", {"file": SimpleUploadedFile("plan.txt", b"plan")}).json()
    script = Script(client, alice)
    files = [{"upload": kept["upload"], "content_id": ""}]
    fields = letter(subject="Our offer", attachments=files, attachment_url=LINK)
    refused = script.post("/mail/compose/templates/save/", {"name": "", "letter": fields})
    assert (refused.status_code, "name" in refused.json()["message"]) == (422, True)
    script.post("/mail/compose/templates/save/", {"name": "Offer", "letter": fields})
    template = Template.objects.get()
    assert (template.name, template.subject, template.owner) == ("Offer", "Our offer", alice)
    assert template.attachment_url == LINK
    assert [file.filename for file in template.files.all()] == ["plan.txt"]


@pytest.mark.rule("M46")
def test_what_came_with_the_template_before_is_named_to_be_taken_off(
    signed_in: SignIn, in_account: Account, alice: Membership
) -> None:
    client = signed_in(alice)
    first, own = (
        client.post("/mail/uploads/", {"file": SimpleUploadedFile(name, name.encode())}).json()["upload"]
        for name in ("plan.txt", "own.txt")
    )
    script = Script(client, alice)
    files = [{"upload": first, "content_id": ""}]
    kept = {"name": "A", "letter": letter(attachments=files, attachment_url=LINK)}
    script.post("/mail/compose/templates/save/", kept)
    path = f"/mail/compose/templates/{Template.objects.get().pk}/"
    taken = script.post(path, letter(attachments=[{"upload": own}])).json()
    assert taken["before"] == {"uploads": [], "links": []}
    now = [*taken["fields"]["attachments"], {"upload": own}]
    again = script.post(path, letter(template=taken["fields"]["template"], attachments=now)).json()
    assert again["before"] == {"uploads": [taken["fields"]["attachments"][0]["upload"]], "links": [LINK]}


@pytest.mark.rule("M48")
def test_any_of_many_templates_is_found_by_name_or_subject(
    signed_in: SignIn, in_account: Account, alice: Membership
) -> None:
    Template.objects.bulk_create(Template(owner=alice, name=f"Letter {number:03}") for number in range(210))
    Template.objects.create(owner=alice, name="Zebra", subject="Stripes")
    client = signed_in(alice)
    begin = client.get("/mail/compose/templates/").content.decode()
    assert "Zebra" not in begin
    assert "There are more" in begin
    for typed in ("zeb", "stripes"):
        found = client.get("/mail/compose/templates/", {"q": typed}).content.decode()
        assert found.count("data-template-url") == 1
        assert "Zebra" in found
    assert "Nothing found" in client.get("/mail/compose/templates/", {"q": "none such"}).content.decode()
