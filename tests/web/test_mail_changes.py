"""What people do with conversations of the list, and its undo."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from accounts.models import Account, Membership
from tests.conftest import MakeMailbox
from tests.threads.builders import BORIS, SALES, Mail, Post, ids
from threads.models import Message, Thread

SignIn = Callable[[Membership], Client]
SEEN = frozenset({"\\Seen"})


@pytest.fixture
def post(in_account: Account, alice: Membership, make_mailbox: MakeMailbox) -> Post:
    return Post(make_mailbox(SALES, account_of=alice))


def toast_of(answer: Any) -> dict[str, Any]:  # noqa: ANN401  (the test client's own response)
    found: dict[str, Any] = json.loads(answer["HX-Trigger"])["toast"]
    return found


def all_threads() -> list[int]:
    return list(Thread.objects.order_by("id").values_list("id", flat=True))


def unread() -> list[str]:
    return sorted(Message.objects.filter(is_read=False).values_list("subject", flat=True))


def test_marking_as_read_is_undone_for_exactly_the_letters_it_changed(
    signed_in: SignIn, post: Post, bob: Membership
) -> None:
    post.file(Mail("Offer"), Mail("Offer"), Mail("Offer", flags=SEEN), Mail("Bill", flags=SEEN))
    client = signed_in(bob)
    answer = client.post("/mail/inbox/read/", {"ids": all_threads()})
    assert unread() == []
    client.post(toast_of(answer)["undo"])
    assert unread() == ["Offer", "Offer"]
    assert toast_of(client.post(toast_of(answer)["undo"]))["tone"] == "bad"


def test_marking_as_unread_is_undone(signed_in: SignIn, post: Post, bob: Membership) -> None:
    post.file(Mail("Offer", flags=SEEN), Mail("Re: Offer", flags=SEEN))
    client = signed_in(bob)
    answer = client.post("/mail/inbox/unread/", {"ids": all_threads()})
    assert unread() == ["Re: Offer"]
    client.post(toast_of(answer)["undo"])
    assert unread() == []


@pytest.mark.rule("K60")
def test_everybody_undoes_his_own_deleting_but_nobody_that_of_others(
    signed_in: SignIn, post: Post, bob: Membership, alice: Membership
) -> None:
    post.file(Mail("Offer"), Mail("Bill"))
    client = signed_in(bob)
    answer = client.post("/mail/inbox/delete/", {"ids": all_threads()})
    assert Message.objects.kept().count() == 0
    assert toast_of(signed_in(alice).post(toast_of(answer)["undo"]))["tone"] == "bad"
    Message.objects.filter(subject="Bill").update(deleted_by=alice)
    signed_in(bob).post(toast_of(answer)["undo"])
    assert [message.subject for message in Message.objects.kept()] == ["Offer"]


@pytest.mark.rule("G01", "K31")
def test_selected_conversations_are_merged_and_parted_again(signed_in: SignIn, post: Post, bob: Membership) -> None:
    offer, bill = Mail("Offer"), Mail("Bill", sender=BORIS)
    post.file(offer, bill)
    client = signed_in(bob)
    answer = client.post("/mail/inbox/merge/", {"ids": all_threads()})
    assert post.threads() == ids([offer, bill])
    assert Thread.objects.get().counterpart_address == BORIS  # of the newest
    client.post(toast_of(answer)["undo"])
    assert post.threads() == ids([offer], [bill])
    alone = client.post("/mail/inbox/merge/", {"ids": all_threads()[:1]})
    assert toast_of(alone)["tone"] == "bad"


@pytest.mark.rule("G01")
@pytest.mark.parametrize(("more", "leaving"), [({}, 1), ({"on": "true"}, 2)])
def test_a_letter_is_split_off_alone_or_with_the_later_ones(
    signed_in: SignIn, post: Post, bob: Membership, more: dict[str, str], leaving: int
) -> None:
    post.file(Mail("Offer"), second := Mail("Offer"), Mail("Offer"))
    client, (thread_id,) = signed_in(bob), all_threads()
    letter = Message.objects.get(message_id_header=second.message_id).pk
    answer = client.post(f"/mail/inbox/{thread_id}/split/", {"message": letter, **more})
    assert Thread.objects.exclude(pk=thread_id).get().message_count == leaving
    client.post(toast_of(answer)["undo"])
    assert all_threads() == [thread_id]
    first = Message.objects.earliest("received_at").pk
    refused = client.post(f"/mail/inbox/{thread_id}/split/", {"message": first, "on": "true"})
    assert toast_of(refused)["tone"] == "bad"


def test_all_that_the_list_has_is_meant_not_only_what_it_shows(signed_in: SignIn, post: Post, bob: Membership) -> None:
    post.file(*[Mail(f"Offer {n}", sender=f"p{n}@client.example") for n in range(60)], Mail("Bill", flags=SEEN))
    client = signed_in(bob)
    page = client.get("/mail/inbox/all/?q=offer").content.decode()
    assert "All 60 conversations selected" in page
    client.post("/mail/inbox/read/", {"all": "60", "q": "offer 7"})
    assert len(unread()) == 59
    client.post("/mail/inbox/delete/", {"all": "60", "filter": "unread"})
    assert sorted(Message.objects.kept().values_list("subject", flat=True)) == ["Bill", "Offer 7"]


@pytest.mark.rule("K23")
def test_others_change_nothing(
    signed_in: SignIn, post: Post, alice: Membership, bob: Membership, charlie: Membership, make_mailbox: MakeMailbox
) -> None:
    own = Post(make_mailbox("alice@acme.example", owner=alice))
    own.file(Mail("Secret", to="alice@acme.example"), Mail("Secret 2", to="alice@acme.example"))
    chosen = {"ids": all_threads(), "all": "2"}
    letter = Message.objects.earliest("pk")
    for member in (bob, charlie):
        client = signed_in(member)
        for action in ("read", "unread", "delete"):
            client.post(f"/mail/inbox/{action}/", chosen)
            client.post(f"/mail/inbox/{action}/", {"ids": chosen["ids"]})
        assert client.post("/mail/inbox/merge/", {"ids": chosen["ids"]}).status_code in (200, 404)
        assert client.post(f"/mail/inbox/{letter.thread_id}/split/", {"message": letter.pk}).status_code == 404
        assert "All 0" in client.get("/mail/inbox/all/").content.decode()
    assert (len(unread()), Thread.objects.filter(message_count=1).count()) == (2, 2)


@pytest.mark.rule("K60", "K63")
def test_one_letter_of_a_conversation_is_deleted_and_restored(
    signed_in: SignIn, post: Post, alice: Membership, bob: Membership, charlie: Membership
) -> None:
    post.file(Mail("Offer"), Mail("Re: Offer"))
    first, second = Message.objects.order_by("pk")
    one = {"letter": first.pk}
    client = signed_in(bob)
    assert "Delete this letter" in client.get(f"/mail/inbox/{first.thread_id}/").content.decode()
    assert signed_in(charlie).post("/mail/inbox/delete/", one).status_code == 200
    assert Message.objects.kept().count() == 2
    client = signed_in(bob)
    answer = client.post("/mail/inbox/delete/", one)
    assert list(Message.objects.kept()) == [second]
    assert json.loads(answer["HX-Trigger"])["rearranged"] == {"thread": first.thread_id}
    undone = client.post(toast_of(answer)["undo"])
    assert "rearranged" in json.loads(undone["HX-Trigger"])
    assert Message.objects.kept().count() == 2
    client.post("/mail/inbox/delete/", one)
    last = client.post("/mail/inbox/delete/", {"letter": second.pk})
    assert json.loads(last["HX-Trigger"])["thread-gone"] == {"thread": first.thread_id}
    assert client.post("/mail/deleted/restore/", one).status_code == 403
    admin = signed_in(alice)
    assert "Restore this letter" in admin.get(f"/mail/deleted/{first.thread_id}/").content.decode()
    restored = admin.post("/mail/deleted/restore/", one)
    assert "rearranged" in json.loads(restored["HX-Trigger"])
    assert list(Message.objects.kept()) == [first]
