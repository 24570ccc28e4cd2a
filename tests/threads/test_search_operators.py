"""Operators, people by beginnings and with typing errors, and what is marked in a hit (G05)."""

from __future__ import annotations

import pytest

from accounts.models import Membership
from mailkit.types import OutgoingAttachment
from tests.threads.builders import SALES, Mail, Post
from threads.models import Message, Thread
from threads.search_hits import Hits, hits_in_messages, hits_in_threads
from threads.services import delete_messages

PDF = (OutgoingAttachment("price.pdf", "application/pdf", b"%PDF"),)


@pytest.fixture
def letters(post: Post) -> None:
    post.file(
        Mail("Chairs", text="An invoice for a hundred chairs", cc="Boss <boss@other.example>", files=PDF),
        Mail("Invoices of May", sender="Hans Müller <hans.mueller@tische.example>", text="Two tables"),
        Mail("Стулья", sender="Иван Сидоров <ivan@stul.example>", text="Счёт за стулья"),
    )
    post.file_sent(Mail("Answer", sender=SALES, to="Anna Petrova <anna@client.example>", text="Thank you"))


def found(member: Membership, typed: str) -> list[str]:
    threads = Thread.objects.visible_to(member).matching(typed).order_by("subject")
    return [thread.subject for thread in threads]


@pytest.mark.rule("G05")
@pytest.mark.parametrize(
    ("typed", "subjects"),
    [
        ("from:anna", ["Chairs"]),
        ("from:petr", ["Chairs"]),
        ("from:client.example", ["Chairs"]),
        ("from:anna@client.example", ["Chairs"]),
        ('from:"anna petrova"', ["Chairs"]),
        ("от:сидоров", ["Стулья"]),
        ("to:petrova", ["Answer"]),
        ("to:boss", ["Chairs"]),
        ("cc:boss", ["Chairs"]),
        ("cc:sales", []),
        ("to:anna -from:anna", ["Answer"]),
        ("subject:invoice", ["Invoices of May"]),
        ('subject:"of may"', ["Invoices of May"]),
        ('subject:"may of"', []),
        ("invoice", ["Chairs", "Invoices of May"]),
        ("has:attachment", ["Chairs"]),
        ("invoice -has:attachment", ["Invoices of May"]),
        ("in:sent", ["Answer"]),
        ("in:inbox invoice", ["Chairs", "Invoices of May"]),
        ("in:sales tables", ["Invoices of May"]),
        ("in:support tables", []),
        ("after:2026-05-04 tables", ["Invoices of May"]),
        ("before:2026-05-04 tables", []),
        ("petro", ["Answer", "Chairs"]),
        ("muel", ["Invoices of May"]),
        ("сидор", ["Стулья"]),
        ("pertova", ["Answer", "Chairs"]),
        ("from:pertova", ["Chairs"]),
        ("сидорв", ["Стулья"]),
        ("from:mullr", ["Invoices of May"]),
        ("petrova tables", []),
        ("xyzzy", []),
        ("from:o'neil\\", []),
    ],
)
def test_operators_and_people(letters: None, alice: Membership, typed: str, subjects: list[str]) -> None:
    assert found(alice, typed) == subjects


@pytest.mark.rule("K63")
def test_deleted_letters_are_named_by_in_deleted(letters: None, alice: Membership, bob: Membership) -> None:
    letter = Message.objects.get(subject="Invoices of May")
    delete_messages(alice, [letter.pk])
    assert found(alice, "in:deleted invoice") == ["Invoices of May"]
    assert Thread.objects.visible_to(bob).matching("in:deleted invoice").count() == 0


def marked(hits: Hits) -> list[list[str]]:
    return [[piece.text for piece in (*hit.subject, *hit.text) if piece.is_hit] for hit in hits.by_id.values()]


def test_words_are_marked_in_subject_and_text(post: Post, alice: Membership) -> None:
    text = f"<b>Dear</b> \ue000Anna\ue001, {'and so on ' * 30}\n two tables\nand the invoice, {'etc ' * 200}"
    post.file(Mail("Invoices & more", text=text))
    hits = hits_in_threads(alice, 'invoice "two tables"', [Thread.objects.get().pk])
    (hit,) = hits.by_id.values()
    assert [piece.text for piece in hit.subject if piece.is_hit] == ["Invoices"]
    assert "".join(piece.text for piece in hit.subject) == "Invoices & more"
    assert [piece.text for piece in hit.text if piece.is_hit] == ["two", "tables", "invoice"]
    assert hit.text[0].text.startswith("… ")
    assert len(hit.text[0].text) < 30
    assert not hits.is_similar


@pytest.mark.parametrize(("typed", "words"), [("стул", ["Стулья", "стулья"]), ("mesa", ["Mesas", "mesas"])])
def test_words_are_marked_in_each_language(post: Post, alice: Membership, typed: str, words: list[str]) -> None:
    post.file(Mail("Стулья", text="за стулья"), Mail("Mesas", text="dos mesas"))
    ids = list(Message.objects.values_list("pk", flat=True))
    assert marked(hits_in_messages(alice, typed, ids)) == [words]


def test_a_similar_name_is_said_to_be_similar(letters: None, alice: Membership) -> None:
    ids = list(Thread.objects.values_list("pk", flat=True))
    assert hits_in_threads(alice, "pertova", ids) == Hits(is_similar=True)
    assert hits_in_threads(alice, "from:anna", ids) == Hits()
