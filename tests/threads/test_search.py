"""Search over subject, text, people and file names, in English, Russian and Spanish (G05)."""

from __future__ import annotations

import pytest
from django.db import connection, transaction

from accounts.models import Account, Membership
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
        ("tag", True),
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
            text=f"Payment of the счёт. Оплатить два счета. <tag@x.example>\n{QUOTING}",
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
    assert threads.matching("offer", search.Within("deleted")).count() == 1
    assert threads.matching("offer").count() == 0


def test_a_word_behind_the_first_hundred_kilobytes_is_not_searched_and_breaks_nothing(
    post: Post, alice: Membership
) -> None:
    post.file(Mail("long", text=f"start {'слово и ещё ' * 20_000} elephant"))
    assert hits(alice, "start") == ["long"]
    assert hits(alice, "elephant") == []


def test_no_words_restrict_nothing(post: Post, alice: Membership) -> None:
    post.file(Mail("offer"))
    assert hits(alice, "  ") == ["offer"]


def test_a_word_of_very_many_letters_is_found_from_the_newest_on(
    in_account: Account, alice: Membership, make_mailbox: MakeMailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The other of the two ways that the database is asked, and with the same result."""
    post = Post(make_mailbox("sales@acme.example", account_of=alice))
    post.file(*[Mail(f"Offer {number}", sender=f"p{number}@client.example") for number in range(4)])
    by_words = [search.find_message_ids(words, alice) for words in ("offer", "offer 3", "offer -3")]
    assert [len(found) for found in by_words] == [4, 1, 3]
    monkeypatch.setattr(search, "MOST_BY_WORDS", 0)
    assert [search.find_message_ids(words, alice) for words in ("offer", "offer 3", "offer -3")] == by_words


def test_what_is_asked_after_a_search_is_planned_as_usual(
    in_account: Account, alice: Membership, make_mailbox: MakeMailbox
) -> None:
    make_mailbox("sales@acme.example", account_of=alice)
    with connection.cursor() as cursor, transaction.atomic():
        assert search.find_message_ids("offer", alice) == []
        cursor.execute("SELECT current_setting('enable_indexscan'), current_setting('enable_seqscan')")
        assert cursor.fetchone() == ("on", "on")
