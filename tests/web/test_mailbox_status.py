"""How a mailbox is doing: for everybody who reads it, in words, with the buttons of those who manage it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Membership
from accounts.tenancy import tenant
from mailboxes.models import Mailbox
from tests.conftest import MakeMailbox
from tests.threads.builders import Mail, Post
from tests.threads.ledgers import RAW, add_place, set_aside
from threads.models import Folder, FolderEntry

SignIn = Callable[[Membership], Client]
HTMX = {"HX-Request": "true"}


@pytest.fixture
def sales(alice: Membership, make_mailbox: MakeMailbox) -> Mailbox:
    return make_mailbox("sales@acme.example", account_of=alice)


def page_of(client: Client, mailbox: Mailbox) -> str:
    return client.get(reverse("mailbox_status", args=[mailbox.pk])).content.decode()


def change(mailbox: Mailbox, **values: object) -> None:
    with tenant(mailbox.account_id):
        Mailbox.objects.filter(pk=mailbox.pk).update(**values)


@pytest.mark.rule("G13")
def test_the_ledger_says_in_a_sentence_whether_everything_is_here(
    signed_in: SignIn, bob: Membership, sales: Mailbox
) -> None:
    client = signed_in(bob)
    assert "have not been looked at yet" in page_of(client, sales)
    with tenant(sales.account_id):
        post = Post(sales)
        post.file(Mail(), Mail())
        Folder.objects.filter(pk=post.inbox.pk).update(message_count=2)
    assert "Everything on the server is here." in page_of(client, sales)
    with tenant(sales.account_id):
        add_place(post.inbox, 101, FolderEntry.Outcome.FILTERED)
        set_aside(sales)
        Folder.objects.filter(pk=post.inbox.pk).update(message_count=1204, older_count=1200)
    expected = (
        "The server has 1,204, 2 are here: 1,200 older than the import, 1 kept out by a filter, 1 could not be read."
    )
    assert expected in page_of(client, sales)
    with tenant(sales.account_id):
        Folder.objects.filter(pk=post.inbox.pk).update(message_count=1210)
    assert "The server counts 1,210, 1,204 are known here." in page_of(client, sales)


@pytest.mark.rule("K10", "A04", "K09")
def test_older_mail_is_counted_offered_and_followed(signed_in: SignIn, alice: Membership, sales: Mailbox) -> None:
    client = signed_in(alice)
    change(sales, imported_at=timezone.now(), import_done=500, import_older=4812)
    assert "4,812 older letters are on the server" in page_of(client, sales)
    answer = client.post(reverse("mailbox_load_older", args=[sales.pk]), headers=HTMX)
    assert (answer.status_code, "live-mailbox" in answer["HX-Trigger"]) == (204, True)
    change(sales, import_older=1240)
    page = client.get(reverse("mailbox_progress", args=[sales.pk])).content.decode()
    assert "Loading older mail: 1,240 left" in page
    assert "every 3s" in page
    change(sales, import_older=0)
    assert "every 3s" not in client.get(reverse("mailbox_progress", args=[sales.pk])).content.decode()


@pytest.mark.rule("G11")
def test_who_only_reads_it_sees_all_and_changes_nothing(signed_in: SignIn, bob: Membership, sales: Mailbox) -> None:
    change(sales, imported_at=timezone.now(), import_older=4812)
    with tenant(sales.account_id):
        letter = set_aside(sales)
    client = signed_in(bob)
    page = page_of(client, sales)
    assert "4,812 older letters" in page
    assert "eve@broken.example" in page
    for name, number in (("mailbox_load_older", [sales.pk]), ("quarantine_retry", [sales.pk, letter.pk])):
        url = reverse(name, args=number)
        assert url not in page
        assert client.post(url).status_code == 404
    assert reverse("mailbox", args=[sales.pk]) + '"' not in page


@pytest.mark.rule("G14")
def test_what_was_set_aside_is_downloaded_as_it_came(signed_in: SignIn, bob: Membership, sales: Mailbox) -> None:
    with tenant(sales.account_id):
        letter = set_aside(sales, subject="<b>Sale</b>")
    client = signed_in(bob)
    page = page_of(client, sales)
    assert "&lt;b&gt;Sale&lt;/b&gt;" in page
    assert "It could not be read." in page
    answer = client.get(reverse("quarantine_raw", args=[sales.pk, letter.pk]))
    assert (answer.content, answer["Content-Type"]) == (RAW, "message/rfc822")
    assert answer["Content-Disposition"].startswith("attachment;")


@pytest.mark.rule("G14")
def test_many_set_aside_come_in_pages(signed_in: SignIn, bob: Membership, sales: Mailbox) -> None:
    with tenant(sales.account_id):
        for number in range(25):
            set_aside(sales, uid=number + 1, subject=f"Broken {number}", raw=b"")
    client = signed_in(bob)
    first = page_of(client, sales)
    assert "Broken 24" in first
    assert "Broken 3<" not in first
    following = first.split('href="?page=')[1].split('"')[0]
    assert "Broken 3<" in client.get(f"{reverse('mailbox_status', args=[sales.pk])}?page={following}").content.decode()


@pytest.mark.rule("G13")
def test_why_is_answered_in_place_and_without_scripts(signed_in: SignIn, bob: Membership, sales: Mailbox) -> None:
    with tenant(sales.account_id):
        mail = Mail("Offer")
        Post(sales).file(mail)
    change(sales, imap_host="")
    client, url = signed_in(bob), reverse("mailbox_why", args=[sales.pk])
    query = {"by": "message_id", "value": f"<{mail.message_id}>"}
    fragment = client.get(url, query, headers=HTMX).content.decode()
    assert "It is here: “Offer”." in fragment
    assert "<html" not in fragment
    page = client.get(url, query).content.decode()
    assert "It is here: “Offer”." in page
    assert f'value="&lt;{mail.message_id}&gt;"' in page
    wrong = client.get(url, {"by": "address", "value": "anna"}, headers=HTMX).content.decode()
    assert "Enter an email address" in wrong


@pytest.mark.rule("G10", "K23")
@pytest.mark.parametrize("who", ["bob", "charlie"])
def test_others_find_nothing(
    signed_in: SignIn, alice: Membership, make_mailbox: MakeMailbox, who: str, request: pytest.FixtureRequest
) -> None:
    private = make_mailbox("alice@acme.example", owner=alice)
    with tenant(alice.account_id):
        letter = set_aside(private)
    client = signed_in(request.getfixturevalue(who))
    for name, number in (("mailbox_status", []), ("mailbox_why", []), ("quarantine_raw", [letter.pk])):
        assert client.get(reverse(name, args=[private.pk, *number])).status_code == 404
    for name, number in (("mailbox_load_older", []), ("quarantine_retry", [letter.pk])):
        assert client.post(reverse(name, args=[private.pk, *number])).status_code == 404
