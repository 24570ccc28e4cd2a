"""The connect dialog: both servers are really asked, and what was typed never comes back with a password."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Account, Membership
from mailboxes.models import Mailbox
from tests.servers.pymap_server import PymapServer
from tests.servers.smtp_sink import SmtpSink

HTMX = {"HX-Request": "true", "HX-Target": "connect-report"}
SignIn = Callable[[Membership], Client]


@pytest.fixture
def typed(pymap_server: PymapServer, smtp_sink: SmtpSink) -> dict[str, str]:
    """A form that works: IMAP and SMTP have users of their own here."""
    user = pymap_server.new_user()
    return {
        "address": user,
        "password": pymap_server.password,
        "kind": "personal",
        "imap_host": "localhost",
        "imap_port": str(pymap_server.port),
        "imap_security": "none",
        "smtp_host": "localhost",
        "smtp_port": str(smtp_sink.address().port),
        "smtp_security": "none",
        "smtp_username": smtp_sink.user,
        "smtp_password": smtp_sink.password,
    }


@pytest.mark.rule("K01", "K09")
@pytest.mark.django_db(transaction=True)
def test_a_working_mailbox_is_saved_and_its_import_begins(
    signed_in: SignIn, bob: Membership, in_account: Account, typed: dict[str, str]
) -> None:
    answer = signed_in(bob).post(reverse("mailbox_connect"), typed, headers=HTMX)
    mailbox = Mailbox.objects.with_servers().get()
    assert answer.status_code == 200
    assert answer["HX-Retarget"] == "#connect-form"
    assert reverse("mailbox_progress", args=[mailbox.pk]) in answer.content.decode()
    assert (mailbox.owner_id, mailbox.status, mailbox.state) == (bob.pk, "green", "importing")
    assert mailbox.first_import == "recent"


@pytest.mark.rule("M04")
@pytest.mark.django_db(transaction=True)
def test_a_wrong_password_names_the_step_and_saves_nothing(
    signed_in: SignIn, bob: Membership, in_account: Account, typed: dict[str, str]
) -> None:
    wrong = typed | {"password": "not-the-password-7"}
    answer = signed_in(bob).post(reverse("mailbox_connect"), wrong, headers=HTMX)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Only sending works" in page
    assert "The server does not accept the user name and password." in page
    assert "<input" not in page
    assert "not-the-password-7" not in page
    assert not Mailbox.objects.with_servers().exists()


@pytest.mark.rule("M04")
@pytest.mark.django_db(transaction=True)
def test_a_mailbox_that_only_sends_is_kept_when_asked(
    signed_in: SignIn, bob: Membership, in_account: Account, typed: dict[str, str]
) -> None:
    wish = typed | {"password": "not-the-password-7", "save": "send_only"}
    answer = signed_in(bob).post(reverse("mailbox_connect"), wish, headers=HTMX)
    assert answer.status_code == 200
    assert Mailbox.objects.with_servers().get().status == "gray"


@pytest.mark.django_db(transaction=True)
def test_without_scripts_the_page_comes_back_as_typed_but_without_the_password(
    signed_in: SignIn, bob: Membership, in_account: Account, typed: dict[str, str]
) -> None:
    wrong = typed | {"smtp_password": "not-the-password-7", "imap_username": "somebody"}
    answer = signed_in(bob).post(reverse("mailbox_connect"), wrong)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert f'value="{typed["address"]}"' in page
    assert "Not connected" in page
    assert "not-the-password-7" not in page
    assert typed["password"] not in page


@pytest.mark.rule("K04", "K20")
@pytest.mark.parametrize(("kind", "words"), [("", "required"), ("shared", "Only administrators connect shared")])
def test_the_kind_must_be_chosen_and_shared_is_for_administrators(
    signed_in: SignIn, bob: Membership, kind: str, words: str
) -> None:
    answer = signed_in(bob).post(
        reverse("mailbox_connect"), {"address": "bob@acme.example", "kind": kind}, headers=HTMX
    )
    assert answer.status_code == 422
    assert words in answer.content.decode()


@pytest.mark.rule("K07", "K06")
@pytest.mark.parametrize(
    ("field", "value", "slot"),
    [
        ("imap_host", "127.0.0.1", "connect_imap_host_slot"),
        ("smtp_host", "0x7f.1", "connect_smtp_host_slot"),
        ("address", "anna@почта.example", "connect_address_slot"),
    ],
)
def test_what_is_refused_stands_beside_its_field(
    signed_in: SignIn, alice: Membership, field: str, value: str, slot: str
) -> None:
    typed = {
        "address": "alice@acme.example", "password": "secret", "kind": "shared", "imap_port": "993",
        "imap_security": "tls", "smtp_port": "465", "smtp_security": "tls", field: value,
    }  # fmt: skip
    page = signed_in(alice).post(reverse("mailbox_connect"), typed, headers=HTMX).content.decode()
    after = page.split(f'id="{slot}"')[1]
    assert 'role="alert"' in after.split("hx-swap-oob")[1]


def test_the_dialog_is_a_fragment_and_the_address_a_page(signed_in: SignIn, bob: Membership) -> None:
    client = signed_in(bob)
    page = client.get(reverse("mailbox_connect")).content.decode()
    dialog = client.get(
        reverse("mailbox_connect"), headers={"HX-Request": "true", "HX-Target": "modal"}
    ).content.decode()
    assert "<html" in page
    assert "<html" not in dialog
    assert "<dialog" in dialog


def test_nobody_connects_without_signing_in(client: Client, db: None) -> None:
    assert client.get(reverse("mailbox_connect"))["Location"].startswith(reverse("account_login"))
    assert client.post(reverse("mailbox_connect"), headers=HTMX).status_code == 401


@pytest.mark.rule("K10")
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("choice", ["recent", "all", "new"])
def test_how_much_is_imported_is_chosen(
    signed_in: SignIn, bob: Membership, in_account: Account, typed: dict[str, str], choice: str
) -> None:
    client = signed_in(bob)
    second_step = client.post(reverse("mailbox_find"), {"address": "bob@gmail.com"}).content.decode()
    assert "Up to 500 of the last 30 days." in second_step
    client.post(reverse("mailbox_connect"), typed | {"first_import": choice}, headers=HTMX)
    assert Mailbox.objects.with_servers().get().first_import == choice


@pytest.mark.rule("M02", "K23")
@pytest.mark.django_db(transaction=True)
def test_for_a_colleague_it_is_theirs_and_shows_the_administrator_no_mail(
    signed_in: SignIn, alice: Membership, bob: Membership, in_account: Account, typed: dict[str, str]
) -> None:
    client = signed_in(alice)
    answer = client.post(reverse("mailbox_connect"), typed | {"owner": str(bob.pk)}, headers=HTMX)
    mailbox = Mailbox.objects.with_servers().get()
    page = answer.content.decode()
    assert (answer.status_code, mailbox.owner_id) == (200, bob.pk)
    assert reverse("mailbox_progress", args=[mailbox.pk]) not in page
    assert reverse("user", args=[bob.pk]) in page
    assert client.get(reverse("mailbox", args=[mailbox.pk])).status_code == 404
    client.force_login(bob.user)
    assert f"{mailbox.address} was connected for you" in client.get(reverse("notices")).content.decode()
