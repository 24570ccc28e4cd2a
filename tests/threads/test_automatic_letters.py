"""What programs write answers nothing: neither a client's who is out of the office, nor ours."""

from __future__ import annotations

import pytest

from mailboxes.models import Mailbox
from tests.threads.builders import ANNA, SALES, START, Mail, Post
from tests.threads.leads import make_leads
from threads.models import Message, Thread

ASKED = Mail("A chair")
AWAY = (("Auto-Submitted", "auto-replied"),)
BY_RULE = (("Auto-Submitted", "auto-generated"),)


@pytest.fixture
def wanting(post: Post) -> Post:
    Mailbox.objects.filter(pk=post.mailbox.pk).update(create_lead_on_reply=True, created_at=START)
    return post


def is_waiting() -> bool:
    return Thread.objects.get().is_waiting


def test_a_client_who_is_away_waits_for_no_answer(post: Post) -> None:
    post.file_sent(Mail("Offer", SALES, ANNA))
    post.file(Mail("Re: Offer", headers=AWAY))
    assert not is_waiting()
    assert [letter.is_automatic for letter in Message.objects.in_order()] == [False, True]
    post.file(Mail("Re: Offer"))
    assert is_waiting()


def test_what_a_program_of_ours_answers_leaves_the_client_waiting(post: Post) -> None:
    post.file(ASKED)
    for headers in (AWAY, BY_RULE):
        post.file_sent(Mail("Re: A chair", SALES, ANNA, headers=headers))
    assert is_waiting()
    post.file_sent(Mail("Re: A chair", SALES, ANNA))
    assert not is_waiting()


def test_a_form_of_a_web_site_is_to_be_answered(post: Post) -> None:
    post.file(Mail("A question", headers=BY_RULE))
    assert is_waiting()


def test_a_report_of_a_mail_server_is_no_answer(post: Post) -> None:
    failed = (("X-Failed-Recipients", "anna@client.example"),)
    post.file(
        Mail(
            "Undelivered", "MAILER-DAEMON@client.example", text="\n  anna@client.example\n    unknown\n", headers=failed
        )
    )
    assert Message.objects.get().bounces.count() == 1
    assert not is_waiting()


@pytest.mark.rule("E01")
def test_a_program_of_ours_makes_no_lead_a_person_does(wanting: Post) -> None:
    wanting.file(ASKED)
    wanting.file_sent(Mail("Re: A chair", SALES, ANNA, headers=BY_RULE))
    assert make_leads() == []
    wanting.file_sent(Mail("Re: A chair", SALES, ANNA))
    assert len(make_leads()) == 1


@pytest.mark.rule("E02")
def test_an_answer_to_one_who_is_away_makes_no_lead(wanting: Post) -> None:
    wanting.file(Mail("Automatic reply: Offer", headers=AWAY))
    wanting.file_sent(Mail("Re: Automatic reply: Offer", SALES, ANNA))
    assert make_leads() == []


@pytest.mark.rule("E02")
def test_what_our_rule_wrote_first_was_first(wanting: Post) -> None:
    wanting.file_sent(Mail("A chair", SALES, ANNA, headers=BY_RULE))
    wanting.file(Mail("Re: A chair"))
    wanting.file_sent(Mail("Re: A chair", SALES, ANNA))
    assert make_leads() == []
