"""The programs that we measure ourselves against, as Debian packages them: mbsync (isync) and notmuch."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from bench.corpus import OWNER
from bench.dovecot import PASSWORD, Dovecot

MBSYNC_CONFIG = """
FSync no

IMAPAccount a
Host 127.0.0.1
Port {port}
User {user}
Pass {password}
SSLType None
AuthMechs LOGIN

IMAPStore remote
Account a

MaildirStore local
Path {dir}/mail/
Inbox {dir}/mail/INBOX
SubFolders Verbatim

Channel c
Far :remote:
Near :local:
Patterns INBOX Sent
Create Near
Sync Pull
SyncState *
"""
NOTMUCH_CONFIG = """
[database]
path={dir}/mail
[user]
name=Bench
primary_email={owner}
[new]
tags=unread;inbox
ignore=.mbsyncstate;.uidvalidity
[maildir]
synchronize_flags=false
"""
PROGRAMS = ("mbsync", "notmuch")


@dataclass(frozen=True, slots=True)
class MailCopy:
    """A local copy of one mailbox, indexed: what a mail reader in the terminal works on."""

    directory: Path

    @classmethod
    def of(cls, server: Dovecot, user: str, directory: Path) -> MailCopy:
        directory.mkdir()
        mbsync = MBSYNC_CONFIG.format(port=server.port, user=user, password=PASSWORD, dir=directory)
        (directory / "mbsyncrc").write_text(mbsync)
        (directory / "notmuchrc").write_text(NOTMUCH_CONFIG.format(dir=directory, owner=OWNER))
        copy = cls(directory)
        copy.clear()
        return copy

    def clear(self) -> None:
        shutil.rmtree(self.directory / "mail", ignore_errors=True)
        (self.directory / "mail").mkdir()

    def update(self) -> float:
        """Fetch what is new and index it; the seconds it took."""
        began = time.perf_counter()
        self._run("mbsync", "-q", "-c", str(self.directory / "mbsyncrc"), "c")
        self._run("notmuch", "new", "--quiet", "--no-hooks")
        return time.perf_counter() - began

    def count(self) -> int:
        return int(self._run("notmuch", "count", "--exclude=false", "*"))

    def search(self, words: str) -> list[str]:
        """The newest 50 threads with all the words."""
        return self._run("notmuch", "search", "--limit=50", "--", *words.split()).splitlines()

    def _run(self, *command: str) -> str:
        config = {"NOTMUCH_CONFIG": str(self.directory / "notmuchrc"), "HOME": str(self.directory)}
        environment = {**os.environ, **config}
        return subprocess.run(command, env=environment, check=True, capture_output=True, text=True).stdout


def missing_programs() -> list[str]:
    return [name for name in PROGRAMS if shutil.which(name) is None]
