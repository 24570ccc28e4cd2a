"""A Dovecot of our own in a directory of its own: no root needed, nothing of the machine's touched. As root it runs as
`nobody`. Any user name exists; letters are put into its Maildir directly."""

from __future__ import annotations

import grp
import imaplib
import os
import pwd
import shutil
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from bench.corpus import Letter
from crm_mail.embedded.account import service_account
from crm_mail.embedded.ports import free_port
from crm_mail.embedded.processes import Child, Program

PASSWORD = "bench-password"
BINARY = shutil.which("dovecot") or "/usr/sbin/dovecot"
START_SECONDS = 20
FOLDERS = {False: "", True: ".Sent"}  # Maildir++ names of Inbox and Sent
CONFIG = """
base_dir = {dir}/run
state_dir = {dir}/state
log_path = {dir}/dovecot.log
info_log_path = /dev/null
protocols = imap
listen = 127.0.0.1
default_internal_user = {user}
default_internal_group = {group}
default_login_user = {user}
default_client_limit = 4000
default_process_limit = 2000
default_vsz_limit = 1024M
first_valid_uid = 1
first_valid_gid = 1
ssl = no
disable_plaintext_auth = no
auth_mechanisms = plain login
auth_cache_size = 0
auth_failure_delay = 0
mail_max_userip_connections = 0
mail_fsync = never
maildir_stat_dirs = no
mail_location = maildir:{dir}/mail/%u
rawlog_dir = {dir}/rawlog/%u
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={dir}/mail/%u
}}
namespace inbox {{
  inbox = yes
  separator = /
  mailbox Sent {{
    special_use = \\Sent
    auto = create
  }}
}}
service anvil {{
  chroot =
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service stats {{
  chroot =
}}
service imap-login {{
  chroot =
  service_count = 0
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
"""


@dataclass(frozen=True, slots=True)
class Dovecot:
    directory: Path
    port: int
    child: Child

    def fill(self, user: str, letters: Iterable[Letter]) -> None:
        """Make this user's mailbox of these letters."""
        for number, letter in enumerate(letters):
            self.deliver(user, letter, number)

    def deliver(self, user: str, letter: Letter, number: int) -> None:
        """As a delivery agent does: written aside, then moved. `number` tells letters of the same second apart."""
        folder = self._folder(user, is_sent=letter.is_sent)
        raw = letter.raw.replace(b"\r\n", b"\n")
        # S and W: the sizes without and with CR, which Dovecot would have to count else.
        name = (
            f"{letter.received_at}.M{number}.bench,S={len(raw)},W={len(raw) + raw.count(10)}:2,{'S' * (number % 5 > 0)}"
        )
        aside = folder / "tmp" / name
        aside.write_bytes(raw)
        _give(aside)
        os.utime(aside, (letter.received_at, letter.received_at))  # INTERNALDATE
        aside.rename(folder / "cur" / name)

    def copy(self, user: str, new_user: str) -> None:
        """Another mailbox with the same letters. They share the files: nobody writes to them."""
        for is_sent in FOLDERS:
            source, target = self._folder(user, is_sent=is_sent), self._folder(new_user, is_sent=is_sent)
            for file in (source / "cur").iterdir():
                (target / "cur" / file.name).hardlink_to(file)

    def log_commands(self, user: str) -> Path:
        """From now on the commands of this user's sessions after sign-in are written to *.in files there."""
        directory = self.directory / "rawlog" / user
        directory.mkdir(parents=True, exist_ok=True)
        _give(directory)
        return directory

    def _folder(self, user: str, *, is_sent: bool) -> Path:
        top = self.directory / "mail" / user
        folder = top / FOLDERS[is_sent]
        if not (folder / "cur").exists():
            for path in (top, folder, *(folder / name for name in ("cur", "new", "tmp"))):
                path.mkdir(exist_ok=True)
                _give(path)
        return folder

    def stop(self) -> None:
        self.child.stop()


def start(directory: Path) -> Dovecot:
    """On a free port. The caller stops it; it also ends with us."""
    owner, account, port = _owner(), service_account(), free_port()
    for name in ("", "run", "state", "mail", "rawlog"):
        (directory / name).mkdir(parents=True)
        _give(directory / name)
    config = CONFIG.format(
        dir=directory,
        user=owner.pw_name,
        group=grp.getgrgid(owner.pw_gid).gr_name,
        uid=owner.pw_uid,
        gid=owner.pw_gid,
        password=PASSWORD,
        port=port,
    )
    (directory / "dovecot.conf").write_text(config, encoding="utf-8")
    command = [BINARY, "-F", "-c", str(directory / "dovecot.conf")]
    child = Child(Program("dovecot", command, dict(os.environ), directory, account), directory.parent / "dovecot.log")
    child.start()
    server = Dovecot(directory, port, child)
    _wait_for(server)
    return server


def _owner() -> pwd.struct_passwd:
    account = service_account()
    return pwd.getpwuid(account.uid if account else os.getuid())


def _give(path: Path) -> None:
    if account := service_account():
        account.take(path)


def _wait_for(server: Dovecot) -> None:
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            imaplib.IMAP4("127.0.0.1", server.port, timeout=5).logout()
        except (OSError, imaplib.IMAP4.error):
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)
        else:
            return
