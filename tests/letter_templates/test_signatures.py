"""Signatures: HTML or plain text, cleaned, checked, and in both forms below a letter."""

from __future__ import annotations

import pytest

from accounts.models import Membership
from accounts.tenancy import tenant
from letter_templates.errors import TemplateRefused
from letter_templates.signatures import checked_signature, is_html, make_signature, preview_signature
from mailboxes.errors import MailboxNotFound
from tests.conftest import MakeMailbox

pytestmark = pytest.mark.usefixtures("in_account")
VALUES = {"user.name": "Ann & <Bob>", "account.name": "Acme", "mailbox.name": ""}


@pytest.mark.parametrize("text", ["Bob <bob@acme.example>", "Alice\n<Acme>", "a < b > c", "1 <2>", "<bold>", "<b"])
def test_what_only_looks_like_a_tag_is_text(text: str) -> None:
    assert not is_html(text)
    assert checked_signature(text) == text


@pytest.mark.parametrize(
    "html", ["<p>Bob", "Bob<br>Acme", "<B>Bob</B>", '<a href="https://a.example">Acme</a>', "x<hr/>"]
)
def test_a_tag_makes_it_html(html: str) -> None:
    assert is_html(html)


@pytest.mark.rule("K52", "M48")
def test_lines_of_a_plain_signature_are_kept_in_both_forms() -> None:
    made = make_signature("{{ user.name }}\nof {{ account.name }}\n", VALUES)
    assert made.text == "Ann & <Bob>\nof Acme"
    assert made.html == "Ann &amp; &lt;Bob&gt;<br>of Acme"


@pytest.mark.rule("K52", "M48")
def test_a_rich_signature_has_a_text_form() -> None:
    source = '<p><b>{{ user.name }}</b><br><a href="https://acme.example">{{ account.name }}</a></p>{{ mailbox.name }}'
    made = make_signature(source, VALUES)
    assert made.text == "Ann & <Bob>\nAcme (https://acme.example)"
    assert made.html.startswith("<p><b>Ann &amp; &lt;Bob&gt;</b><br>")
    assert made.empty_fields == ("mailbox.name",)


def test_no_signature_is_nothing() -> None:
    assert make_signature(" \n ", VALUES) == make_signature("", VALUES)
    assert (make_signature("", VALUES).text, make_signature("", VALUES).html) == ("", "")


def test_it_is_cleaned_when_it_is_stored_and_when_it_is_used() -> None:
    hostile = '<p onclick="x()">A<script>alert(1)</script><iframe src="https://evil.example"></iframe></p>'
    assert checked_signature(hostile) == "<p>A</p>"
    assert make_signature(hostile, VALUES).html == "<p>A</p>"
    tricky = '<a href="{{ user.name }}">x</a><p style="color: red">{{ user.name }}</p>'
    assert make_signature(tricky, {"user.name": "javascript:alert(1)"}).html == (
        '<a>x</a><p style="color: red">javascript:alert(1)</p>'
    )


@pytest.mark.rule("K52")
@pytest.mark.parametrize("source", ["{{ contact.name }}", "<p>{{ user.password }}</p>", "{{ account.slug }}"])
def test_only_fields_of_the_sender_may_stand_in_it(source: str) -> None:
    with pytest.raises(TemplateRefused) as caught:
        checked_signature(source)
    assert caught.value.field in source


def test_a_preview_is_that_of_the_members_own_mailbox(
    alice: Membership, bob: Membership, charlie: Membership, make_mailbox: MakeMailbox
) -> None:
    shared = make_mailbox("a-shared@acme.example", account_of=alice)
    make_mailbox("bob@acme.example", owner=bob)
    with tenant(alice.account_id):
        assert preview_signature(bob, "{{ mailbox.address }}", None).text == "bob@acme.example"
        assert preview_signature(bob, "{{ mailbox.address }}", shared.pk).text == shared.address
    with tenant(charlie.account_id):
        assert preview_signature(charlie, "{{ mailbox.address }}", None).empty_fields == ("mailbox.address",)
        with pytest.raises(MailboxNotFound):
            preview_signature(charlie, "x", shared.pk)
