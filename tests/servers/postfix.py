"""A real Postfix on ports and in directories of its own, before the listener: nothing of the machine's is touched.

Its master wants to be root. It waits for nobody: what it could not deliver is tried again by `flush`.
"""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import smtplib
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from crm_mail.embedded.ports import free_port
from crm_mail.embedded.processes import die_with_parent

_BINARY = shutil.which("postfix") or "/usr/sbin/postfix"
_DAEMONS = Path("/usr/lib/postfix/sbin")
_SETTINGS = """
compatibility_level = 3.6
queue_directory = {dir}/queue
data_directory = {dir}/data
maillog_file = {dir}/log
maillog_file_prefixes = {dir}
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = mx.acme.example
mydestination =
local_recipient_maps =
alias_maps =
smtpd_authorized_xclient_hosts = 127.0.0.1
{settings}
"""
_SERVICES = """
127.0.0.1:{port} inet n - n - - smtpd
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
showq unix n - n - - showq
error unix - - n - - error
retry unix - - n - - error
smtp unix - - n - - smtp
relay unix - - n - - smtp
lmtp unix - - n - - lmtp
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
"""
PATIENCE_SECONDS = 60


@dataclass(frozen=True)
class Postfix:
    """Takes letters for anybody at `port`."""

    directory: Path
    port: int

    def send(
        self, sender: str, recipients: Sequence[str], letter: bytes, *, options: Sequence[str] = ()
    ) -> dict[str, tuple[int, bytes]]:
        """As a stranger with the address 192.0.2.77; who was refused. Raises what smtplib does."""
        with smtplib.SMTP("127.0.0.1", self.port) as client:
            client.ehlo()
            client.docmd("XCLIENT", "ADDR=192.0.2.77 NAME=mail.client.example")
            client.ehlo("mail.client.example")
            return client.sendmail(sender, recipients, letter, mail_options=options)

    def outcomes(self, count: int) -> list[str]:
        """What became of its deliveries, when there are so many: "lead@in.example sent: 250 ..."."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while len(found := self._outcomes()) < count:
            assert time.monotonic() < deadline, self.log()
            time.sleep(0.05)
        return found

    def flush(self) -> None:
        """It tries again what it keeps."""
        subprocess.run(["postqueue", "-c", str(self.directory / "etc"), "-f"], check=True, timeout=30)

    def log(self) -> str:
        return (self.directory / "log").read_text(errors="replace")

    def _outcomes(self) -> list[str]:
        lines = [line for line in self.log().splitlines() if ", status=" in line]
        return [f"{line.partition('to=<')[2].partition('>')[0]} {line.partition('status=')[2]}" for line in lines]


def is_installed() -> bool:
    return Path(_BINARY).exists() and _DAEMONS.exists()


@contextmanager
def running(settings: str) -> Iterator[Postfix]:
    """With these lines in its main.cf. Not in pytest's directory, which the user `postfix` may not enter."""
    directory, port = Path(tempfile.mkdtemp(prefix="postfix-")), free_port()
    directory.chmod(0o755)
    for name in ("etc", "queue", "data"):
        (directory / name).mkdir()
    os.chown(directory / "data", pwd.getpwnam("postfix").pw_uid, -1)
    etc = directory / "etc"
    (etc / "main.cf").write_text(_SETTINGS.format(dir=directory, settings=settings), encoding="utf-8")
    (etc / "master.cf").write_text(_SERVICES.format(port=port), encoding="utf-8")
    (etc / "dynamicmaps.cf").touch()
    subprocess.run(
        [_BINARY, "-c", str(etc), "check"], check=True, timeout=30, capture_output=True
    )  # it makes the queue
    # Not by "postfix start-fg", a script that would die without its master.
    process = subprocess.Popen(
        [_DAEMONS / "master", "-c", str(etc), "-s"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        preexec_fn=die_with_parent(signal.SIGTERM),  # noqa: PLW1509  (the only place to set it)
    )
    postfix = Postfix(directory, port)
    try:
        _wait_for(postfix)
        yield postfix
    finally:
        process.terminate()  # and all that it started
        process.wait(30)
        shutil.rmtree(directory)


def _wait_for(postfix: Postfix) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            smtplib.SMTP("127.0.0.1", postfix.port, timeout=10).quit()
        except OSError:
            assert time.monotonic() < deadline, "Postfix does not answer"
            time.sleep(0.05)
        else:
            return
