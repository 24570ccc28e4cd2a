"""A whole account in one file: what the administrator may see, for some days, and nothing secret (G12, K23)."""

from __future__ import annotations

import io
import json
import zipfile
from collections import Counter
from datetime import timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.utils import timezone

from accounts.errors import NotAllowed
from accounts.models import AuditEvent, Membership, Notice
from accounts.tenancy import tenant
from crm.contacts import ContactValues, create_contact
from mailboxes.models import Credential
from mailkit import failpoints
from mailkit.failpoints import FailpointReached
from privacy.account_export import KEPT_FOR, delete_expired, list_exports, open_export, pack, request_export
from privacy.errors import NothingThere
from privacy.models import AccountExport
from tests.conftest import MakeMailbox
from tests.privacy.builders import letters_in
from tests.threads.builders import Mail, Post


@pytest.fixture
def filled(post: Post, alice: Membership, bob: Membership, make_mailbox: MakeMailbox) -> None:
    create_contact(ContactValues("Anna", "Петрова", emails=["anna@client.example"]))
    post.file(Mail("Shared"), Mail("Shared too"))
    Post(make_mailbox("bob@acme.example", owner=bob)).file(Mail("Private tamarillo"))
    Credential.objects.create(mailbox=post.mailbox, field="imap_password", ciphertext="k1:secret")


def archive_of(alice: Membership) -> zipfile.ZipFile:
    order = request_export(alice)
    pack(order.pk)
    return zipfile.ZipFile(io.BytesIO(b"".join(open_export(alice, order.pk)[1])))


def lines(archive: zipfile.ZipFile, table: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in archive.read(f"records/{table}.jsonl").splitlines()]


@pytest.mark.rule("K23")
def test_it_holds_records_and_the_mail_that_the_member_may_see(filled: None, post: Post, alice: Membership) -> None:
    archive = archive_of(alice)
    assert [row["name"] for row in lines(archive, "contacts")] == ["Anna Петрова"]
    assert [row["email"] for row in lines(archive, "contact_emails")] == ["anna@client.example"]
    boxes = {name for name in archive.namelist() if name.startswith("mail/")}
    assert f"mail/{post.mailbox.pk}-sales@acme.example.mbox" in boxes
    assert len(letters_in(archive.read(f"mail/{post.mailbox.pk}-sales@acme.example.mbox"))) == 2
    everything = b"".join(archive.read(name) for name in archive.namelist())
    assert [word for word in (b"tamarillo", b"secret", b"argon", b"md5$") if word in everything] == []
    assert archive.testzip() is None


@pytest.mark.rule("G12")
def test_who_asked_is_told_and_nobody_else_gets_it(
    filled: None, alice: Membership, bob: Membership, charlie: Membership
) -> None:
    order = request_export(alice)
    assert request_export(alice) == order
    with pytest.raises(NothingThere):
        open_export(alice, order.pk)
    pack(order.pk)
    assert Notice.objects.get(kind="account.exported").facts == {"export": order.pk}
    assert AuditEvent.objects.filter(action="account.exported", actor=alice).count() == 1
    with pytest.raises(NotAllowed):
        request_export(bob)
    other = Membership.objects.create(user=bob.user.__class__.objects.create_user("x@acme.example"), role="admin")
    with pytest.raises(NothingThere):
        open_export(other, order.pk)
    with tenant(charlie.account_id), pytest.raises(NothingThere):
        open_export(charlie, order.pk)


def test_it_is_deleted_after_its_days(filled: None, alice: Membership) -> None:
    order = request_export(alice)
    pack(order.pk)
    name = list_exports(alice)[0].stored_name
    delete_expired(timezone.now() + KEPT_FOR - timedelta(minutes=1))
    assert default_storage.exists(name)
    delete_expired(timezone.now() + KEPT_FOR)
    assert not default_storage.exists(name)
    assert list_exports(alice) == []


def test_a_dead_packers_work_is_done_again_and_leaves_no_file(
    filled: None, alice: Membership, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = request_export(alice)
    monkeypatch.setattr(failpoints, "_hits", Counter())
    monkeypatch.setenv("FAILPOINT", "X1:1:raise")
    with pytest.raises(FailpointReached):
        pack(order.pk)
    left = AccountExport.objects.get().stored_name
    AccountExport.objects.update(lease_until=timezone.now())
    pack(order.pk)
    done = list_exports(alice)[0]
    assert (done.state, done.letter_count) == ("done", 2)
    assert default_storage.exists(done.stored_name)
    assert not default_storage.exists(left)


def test_who_is_no_administrator_any_more_gets_nothing(filled: None, alice: Membership) -> None:
    order = request_export(alice)
    Membership.objects.filter(pk=alice.pk).update(role="user")
    pack(order.pk)
    assert AccountExport.objects.get().state == "failed"


def test_who_runs_the_instance_gets_personal_mail_too(filled: None, alice: Membership, tmp_path: Path) -> None:
    path, out = tmp_path / "acme.zip", StringIO()
    call_command("export_account", "acme", str(path), stdout=out)
    assert "3 letters" in out.getvalue()
    with zipfile.ZipFile(path) as archive:
        assert b"tamarillo" in b"".join(archive.read(name) for name in archive.namelist())
    assert AuditEvent.objects.filter(action="account.exported", actor=None).count() == 1
