"""Search over subject, text, people and file names, in English, Russian and Spanish (G05)."""

from __future__ import annotations

import pytest

from accounts.models import Membership
from accounts.tenancy import tenant
from mailkit.types import OutgoingAttachment
from tests.conftest import MakeMailbox
from tests.threads.builders import Mail, Post
from threads import search
from threads.models import Message, Thread
from threads.services import delete_messages

QUOTING = "My answer is yes.\n\nOn Mon, Anna wrote:\n> the elephant asks\n"


def hits(member: Membership, words: str) -> list[str]:
    found = Thread.objects.visible_to(member).matching(words).newest_first()
    return [thread.subject for thread in found]


@pytest.mark.rule("G05")
@pytest.mark.parametrize(
    ("words", "is_found"),
    [
        ("invoice", True),
        ("INVOICES", True),
        ("payments", True),
        ("счета", True),
        ("оплатил", True),
        ("facturas", True),
        ("factura 2026", True),
        ("17", True),
        ("INV-2026-17", True),
        ("petrova", True),
        ("client.example", True),
        ("anna@client.example", True),
        ("price-list.pdf", True),
        ("price", True),
        ('"answer is yes"', True),
        ("invoice счёт petrova", True),
        ("invoice -facturas", False),
        ("invoice -unheard", True),
        ('invoice -"yes is"', True),
        ('invoice -"is yes"', False),
        ("facturas payment invoices", True),
        ("elephant", False),
        ("unheard", False),
        ("the", True),
        ("' \\ & | ! ( ) :* <->", False),
        ("\0", False),
    ],
)
def test_words_are_found(post: Post, alice: Membership, words: str, is_found: bool) -> None:
    post.file(
        Mail(
            "Invoice INV-2026-17: счёт, la factura",
            text=f"Payment of the счёт. Оплатить два счета.\n{QUOTING}",
            files=(OutgoingAttachment("price-list.pdf", "application/pdf", b"%PDF"),),
        ),
        Mail("Lunch", sender="x@y.example", text="Nothing here"),
    )
    assert ("Invoice INV-2026-17: счёт, la factura" in hits(alice, words)) == is_found


@pytest.mark.rule("G05", "K23")
def test_search_is_within_what_the_member_may_see(
    post: Post, alice: Membership, bob: Membership, charlie: Membership, make_mailbox: MakeMailbox
) -> None:
    private = Post(make_mailbox("alice@acme.example", owner=alice))
    private.file(Mail("secret offer"))
    post.file(Mail("common offer"))
    assert hits(alice, "offer") == ["common offer", "secret offer"]
    assert hits(bob, "offer") == ["common offer"]
    with tenant(charlie.account_id):
        assert hits(charlie, "offer") == []


def test_others_letters_do_not_use_up_the_limit(
    post: Post, alice: Membership, bob: Membership, make_mailbox: MakeMailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, "SEARCH_LIMIT", 2)
    post.file(Mail("common offer"))
    private = Post(make_mailbox("alice@acme.example", owner=alice))
    private.file(Mail("a offer"), Mail("b offer"), Mail("c offer"))
    assert hits(bob, "offer") == ["common offer"]
    assert hits(alice, "offer") == ["c offer", "b offer"]


@pytest.mark.rule("K63")
def test_deleted_letters_are_found_by_administrators_in_deleted_only(
    post: Post, alice: Membership, bob: Membership
) -> None:
    post.file(Mail("offer"))
    delete_messages(bob, [Message.objects.get().pk])
    assert hits(bob, "offer") == []
    threads = Thread.objects.visible_to(alice)
    assert threads.in_folder("deleted").matching("offer").count() == 1
    assert threads.in_folder("").matching("offer").count() == 0


def test_a_word_behind_the_first_hundred_kilobytes_is_not_searched_and_breaks_nothing(
    post: Post, alice: Membership
) -> None:
    post.file(Mail("long", text=f"start {'слово и ещё ' * 20_000} elephant"))
    assert hits(alice, "start") == ["long"]
    assert hits(alice, "elephant") == []


def test_no_words_restrict_nothing(post: Post, alice: Membership) -> None:
    post.file(Mail("offer"))
    assert hits(alice, "  ") == ["offer"]
