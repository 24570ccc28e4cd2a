"""The lead of a thread: who is responsible for it, and what merging, splitting and many workers do to it."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import pytest

from accounts.models import Membership
from accounts.tenancy import tenant
from crm.models import Contact, Lead
from mailboxes.models import Mailbox
from outbox.requests import LetterRequest
from outbox.services import queue_letter
from tests.conftest import MakeMailbox
from tests.threads.builders import ANNA, BORIS, SALES, START, Mail, Post
from tests.threads.test_concurrency import at_once
from tests.threads.test_lead_on_reply import make_leads
from threads.lead_on_reply import make_lead
from threads.models import Message, Thread, ThreadLead
from threads.rearranging import merge_threads, split_thread, undo_rearranging

WANTED = {"create_lead_on_reply": True, "created_at": START}


@pytest.fixture
def wanting(post: Post) -> Post:
    Mailbox.objects.filter(pk=post.mailbox.pk).update(**WANTED)
    return post


def answer(post: Post, subject: str, client: str = ANNA, message_id: str = "") -> Thread:
    """The thread of a letter that is answered."""
    post.file(Mail(subject, client))
    reply = Mail(f"Re: {subject}", SALES, client)
    reply = replace(reply, message_id=message_id) if message_id else reply
    return Message.objects.get(pk=post.file_sent(reply).new_message_ids[0]).thread


@pytest.mark.rule("E05")
def test_who_replied_here_is_responsible_though_the_mailbox_is_shared(wanting: Post, bob: Membership) -> None:
    sent = queue_letter(bob, LetterRequest(wanting.mailbox.pk, [ANNA], subject="Re: A chair", text="Hello"))
    answer(wanting, "A chair", message_id=sent.message_id_header)
    assert [lead.responsible for lead in make_leads()] == [bob]


@pytest.mark.rule("E05")
def test_the_mailbox_may_name_somebody_else(wanting: Post, alice: Membership, bob: Membership) -> None:
    sent = queue_letter(bob, LetterRequest(wanting.mailbox.pk, [ANNA], subject="Re: A chair", text="Hello"))
    Mailbox.objects.filter(pk=wanting.mailbox.pk).update(lead_responsible=alice)
    answer(wanting, "A chair", message_id=sent.message_id_header)
    assert [lead.responsible for lead in make_leads()] == [alice]


def test_of_a_personal_mailbox_it_is_the_owner_and_no_subject_shows(
    post: Post, bob: Membership, make_mailbox: MakeMailbox
) -> None:
    own = Post(make_mailbox("own@acme.example", owner=bob))
    Mailbox.objects.filter(pk=own.mailbox.pk).update(**WANTED)
    answer(own, "A secret", BORIS)
    (lead,) = make_leads()
    assert (lead.responsible, lead.name) == (bob, BORIS)


@pytest.mark.rule("E06", "G01")
def test_merged_threads_have_a_lead_and_undoing_gives_each_its_own(wanting: Post, alice: Membership) -> None:
    with_lead = answer(wanting, "A chair")
    (lead,) = make_leads()
    Mailbox.objects.filter(pk=wanting.mailbox.pk).update(create_lead_on_reply=False)
    without = answer(wanting, "A table", BORIS)
    Mailbox.objects.filter(pk=wanting.mailbox.pk).update(create_lead_on_reply=True)
    merged = merge_threads(alice, without.pk, [with_lead.pk])
    wanting.file_sent(Mail("Re: A table", SALES, BORIS))
    assert make_leads() == [lead]
    undo_rearranging(alice, merged.number, merged.origins)
    assert ThreadLead.objects.get().message.thread_id == with_lead.pk
    wanting.file_sent(Mail("Re: A table", SALES, BORIS))
    assert len(make_leads()) == 2


@pytest.mark.rule("E06", "G01")
def test_of_a_split_thread_the_part_that_began_it_keeps_the_lead(wanting: Post, alice: Membership) -> None:
    thread = answer(wanting, "A chair")
    make_leads()
    reply = Message.objects.get(thread=thread, direction="outgoing")
    split_thread(alice, thread.pk, [reply.pk])
    assert ThreadLead.objects.get().message.thread_id == thread.pk


@pytest.mark.django_db(transaction=True)
def test_many_workers_make_one_contact_and_one_lead(alice: Membership, make_mailbox: MakeMailbox) -> None:
    with tenant(alice.account_id):
        post = Post(make_mailbox(SALES, account_of=alice))
        Mailbox.objects.filter(pk=post.mailbox.pk).update(**WANTED)
        for subject in ("A chair", "A table"):
            answer(post, subject)
        due = list(ThreadLead.objects.filter(is_due=True).values_list("pk", flat=True))
    assert len(due) == 2
    at_once(alice.account.pk, *[partial(make_lead, row_id) for row_id in due * 2])
    with tenant(alice.account_id):
        assert (Contact.objects.count(), Lead.objects.count()) == (1, 1)
        assert set(ThreadLead.objects.values_list("is_due", "lead")) == {(False, Lead.objects.get().pk)}
