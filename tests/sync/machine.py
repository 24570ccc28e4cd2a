"""A mailbox that anything may happen to, in any order: the rules of test_sync_machine.

The server in memory is the model. After a visit that nobody disturbs the CRM must agree with it, whatever came before.
"""

from __future__ import annotations

import os
from collections import Counter
from datetime import UTC, datetime, timedelta

from django.db import transaction
from django.utils import timezone
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from accounts.models import Membership
from accounts.tenancy import tenant
from mailboxes.models import Mailbox
from mailkit import failpoints
from mailkit.errors import ConnectionFailed
from mailkit.failpoints import FailpointReached
from tests.conftest import MakeMailbox
from tests.servers.fake_imap import FakeFolder, FakeServer, StoredLetter
from tests.sync.agreement import assert_agreement
from tests.sync.conftest import USER, Office
from tests.sync.letters import letter
from threads.models import Message
from threads.services import delete_messages

FOLDERS = st.sampled_from(["INBOX", "Sent"])
WHICH = st.integers(0, 30)
SERVERS = st.sampled_from([("CONDSTORE", "QRESYNC"), ("CONDSTORE",), ()])
CALLS = ["open", "folder_statuses", "examine", "list_uids", "fetch_headers", "fetch_messages", "fetch_changes"]
POINTS = [f"Y{number}" for number in range(1, 13) if number != 2]  # the fake is never only half connected
DEATHS = 2  # in a row; after a third a letter is set aside as the one that kills its workers
OLD = timedelta(days=90)  # beyond the first import


class SyncMachine(RuleBasedStateMachine):
    def __init__(self, member: Membership, make_mailbox: MakeMailbox) -> None:
        super().__init__()
        self.member = member
        self.scope = tenant(member.account_id)
        self.scope.__enter__()
        self.undone = transaction.atomic()  # what an example wrote is rolled back
        self.undone.__enter__()
        self.office = Office(FakeServer(), make_mailbox(USER, account_of=member))
        self.number = 0
        self.deaths = 0
        self.ever: set[int] = set()  # messages that were here once
        self.deleted: set[int] = set()  # those that somebody deleted here

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.undone.__exit__(None, None, None)
        self.scope.__exit__(None, None, None)

    def folder(self, name: str) -> FakeFolder:
        """The Inbox, or that of sent letters, whatever its name is now."""
        return next(f for f in self.office.server.folders(USER).values() if f.name == name or f"\\{name}" in f.flags)

    def choose(self, name: str, which: int) -> StoredLetter:
        letters = self.folder(name).letters
        return letters[sorted(letters)[which % len(letters)]]

    # ------------------------------------------------------------------ what happens on the server

    @initialize(can=SERVERS, inbox=st.lists(st.booleans(), max_size=4), sent=st.lists(st.booleans(), max_size=3))
    def begin(self, can: tuple[str, ...], inbox: list[bool], sent: list[bool]) -> None:
        """A mailbox is connected in which some letters lie, old and recent ones."""
        self.office.server.capabilities = frozenset({"IMAP4REV1", "UIDPLUS", "SPECIAL-USE", *can})
        for name, letters in (("INBOX", inbox), ("Sent", sent)):
            for is_old in letters:
                self.append(name, is_old=is_old, is_seen=False)

    @rule(name=FOLDERS, is_old=st.booleans(), is_seen=st.booleans())
    def append(self, name: str, *, is_old: bool, is_seen: bool) -> None:
        self.number += 1
        received_at = datetime.now(UTC) - (OLD - timedelta(minutes=self.number) if is_old else timedelta())
        self.folder(name).add(letter(self.number), received_at, frozenset({"\\Seen"} if is_seen else ()))

    @rule(name=FOLDERS, which=WHICH)
    def append_again(self, name: str, which: int) -> None:
        """The same letter twice in a folder."""
        if self.folder(name).letters:
            same = self.choose(name, which)
            self.folder(name).add(same.raw, same.received_at, same.flags)

    @rule(name=FOLDERS, which=WHICH)
    def expunge(self, name: str, which: int) -> None:
        # Not the last: a folder that is emptied at once is not believed (sync.planner.plan_disappeared).
        if len(self.folder(name).letters) > 1:
            self.folder(name).expunge(self.choose(name, which).uid)

    @rule(name=FOLDERS, which=WHICH)
    def move(self, name: str, which: int) -> None:
        """To the other folder."""
        if len(self.folder(name).letters) > 1:
            moved = self.choose(name, which)
            self.folder(name).expunge(moved.uid)
            self.folder("Sent" if name == "INBOX" else "INBOX").add(moved.raw, moved.received_at, moved.flags)

    @rule(name=FOLDERS, which=WHICH, is_seen=st.booleans())
    def flag(self, name: str, which: int, *, is_seen: bool) -> None:
        if self.folder(name).letters:
            self.folder(name).flag(self.choose(name, which).uid, frozenset({"\\Seen"} if is_seen else ()))

    @rule(name=FOLDERS)
    def renew_uids(self, name: str) -> None:
        self.office.server.renew_uidvalidity(USER, self.folder(name).name, keep_letters=True)

    @rule()
    def rename_sent(self) -> None:
        old = self.folder("Sent")
        new = "Sent" if old.name == "Gesendet" else "Gesendet"
        self.office.server.create_folder(USER, new, flags=old.flags)
        for one in old.letters.values():
            self.office.server.deliver(USER, one.raw, new, received_at=one.received_at, flags=" ".join(one.flags))
        self.office.server.delete_folder(USER, old.name)

    @rule(name=FOLDERS, lost=st.integers(1, 3))
    def restore_backup(self, name: str, lost: int) -> None:
        """The newest letters are gone, and UIDNEXT is what it was before them. We look before it is given again."""
        folder = self.folder(name)
        if len(folder.letters) > lost:
            for uid in sorted(folder.letters)[-lost:]:
                folder.expunge(uid)
            folder.uidnext = max(folder.letters) + 1
            self.visit()

    # ------------------------------------------------------------------ what happens here

    @rule(which=WHICH)
    def delete_here(self, which: int) -> None:
        if here := Message.objects.filter(deleted_at=None).order_by("pk"):
            gone = here[which % len(here)].pk
            delete_messages(self.member, [gone])
            self.deleted.add(gone)

    @rule(method=st.sampled_from(CALLS), after=st.integers(0, 4))
    def disconnect(self, method: str, after: int) -> None:
        self.office.server.fail_next(method, ConnectionFailed("cut"), after=after)
        self.office.visit()
        self.office.server._failures.clear()

    @rule(after=st.integers(0, 8), name=FOLDERS, which=WHICH, is_gone=st.booleans())
    def change_in_the_middle(self, after: int, name: str, which: int, *, is_gone: bool) -> None:
        """While a visit looks, a letter comes or goes."""
        calls = Counter[str]()

        def change(_method: str) -> None:
            calls["all"] += 1
            if calls["all"] == after:
                if is_gone:
                    self.expunge(name, which)
                else:
                    self.append(name, is_old=False, is_seen=False)

        self.office.server.on_call = change
        self.office.visit()
        self.office.server.on_call = lambda _method: None

    @precondition(lambda self: self.deaths < DEATHS)
    @rule(point=st.sampled_from(POINTS), hit=st.integers(1, 3))
    def die(self, point: str, hit: int) -> None:
        failpoints._hits.clear()
        os.environ["FAILPOINT"] = f"{point}:{hit}:raise"
        try:
            self.office.visit()
        except FailpointReached:
            self.deaths += 1
        finally:
            del os.environ["FAILPOINT"]
        self.office.break_down()

    @rule()
    def visit(self) -> None:
        """Nobody disturbs it: everything must be here then, and a visit more has nothing to write."""
        while self.office.visit():
            pass
        self.deaths = 0
        self.ever = assert_agreement(self.office, ever=self.ever)
        assert not Message.objects.filter(pk__in=self.deleted, deleted_at=None).exists()

    @rule()
    def load_older(self) -> None:
        self.visit()
        Mailbox.objects.filter(pk=self.office.mailbox.pk).update(load_older=True, history_due_at=timezone.now())
        while self.office.load_older():
            pass
        self.ever = assert_agreement(self.office, ever=self.ever, has_everything=True)
