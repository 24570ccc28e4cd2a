"""A real Dovecot as ordinary processes in a directory of its own: no root needed, nothing of the machine's touched.

As root it gives the directory to `nobody` and runs as that user. Certificates come from trustme, so that verified TLS
is what the tests see.
"""

from __future__ import annotations

import grp
import imaplib
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import trustme

from mailkit.types import Login, Secret, Security, ServerAddress

PASSWORD = "correct-horse-7"
_BINARY = shutil.which("dovecot") or "/usr/sbin/dovecot"
_CONFIG = """
base_dir = {dir}/run
state_dir = {dir}/state
log_path = {dir}/dovecot.log
protocols = imap
listen = 127.0.0.1
default_internal_user = {user}
default_internal_group = {group}
default_login_user = {user}
default_vsz_limit = 256M
first_valid_uid = 1
first_valid_gid = 1
ssl = yes
ssl_cert = <{dir}/cert.pem
ssl_key = <{dir}/key.pem
disable_plaintext_auth = no
auth_mechanisms = plain login {oauth_mechanisms}
auth_cache_size = 0
auth_failure_delay = 0
mail_max_userip_connections = 200
mail_location = maildir:{dir}/mail/%u
{oauth_passdb}
passdb {{
  driver = static
  args = password={password}
  mechanisms = plain login
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={dir}/mail/%u
}}
namespace inbox {{
  inbox = yes
  separator = /
  mailbox Drafts {{
    special_use = \\Drafts
    auto = create
  }}
  mailbox Sent {{
    special_use = \\Sent
    auto = create
  }}
  mailbox Trash {{
    special_use = \\Trash
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
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = {tls_port}
    ssl = yes
  }}
}}
"""
_OAUTH_PASSDB = """
passdb {{
  driver = oauth2
  mechanisms = xoauth2 oauthbearer
  args = {dir}/oauth2.conf.ext
}}
"""
# The address of the token must be the user name of the login: of another mailbox nobody gets in.
_OAUTH_CONFIG = """
introspection_mode = get
introspection_url = {url}
username_attribute = email
active_attribute = active
active_value = true
debug = no
"""


@dataclass(frozen=True)
class DovecotServer:
    """Any user name exists, with one password for all: a test takes `new_user()` and has an empty mailbox."""

    directory: Path
    port: int
    tls_port: int
    ca_file: Path
    host: str = "localhost"
    password: str = field(default=PASSWORD, repr=False)

    def new_user(self) -> str:
        """A user nobody has used yet."""
        return f"user-{uuid.uuid4().hex[:12]}@dovecot.test"

    def address(self, security: Security = Security.NONE) -> ServerAddress:
        return ServerAddress(self.host, self.tls_port if security is Security.TLS else self.port, security)

    def login(self, user: str) -> Login:
        return Login(user, Secret(self.password))

    def deliver(
        self, user: str, raw: bytes, folder: str = "INBOX", *, received_at: datetime | None = None, flags: str = ""
    ) -> None:
        """Put a letter into a folder."""
        when = imaplib.Time2Internaldate(received_at or datetime.now(UTC))
        with self.connect(user) as client:
            answer: Any = client.append(f'"{folder}"', f"({flags})", when, raw)  # the stubs are wrong here
            _checked(answer)

    def expunge(self, user: str, uid: int, folder: str = "INBOX") -> None:
        """Remove a letter, as another program of the user would."""
        with self.connect(user) as client:
            _checked(client.select(f'"{folder}"'))
            _checked(client.uid("STORE", str(uid), "+FLAGS", "(\\Deleted)"))
            _checked(client.expunge())

    def set_flags(self, user: str, uid: int, flags: str, folder: str = "INBOX") -> None:
        with self.connect(user) as client:
            _checked(client.select(f'"{folder}"'))
            _checked(client.uid("STORE", str(uid), "FLAGS", f"({flags})"))

    def create_folder(self, user: str, folder: str) -> None:
        with self.connect(user) as client:
            _checked(client.create(f'"{folder}"'))

    def renew_uidvalidity(self, user: str, folder: str) -> None:
        """Delete and create a folder: all its UIDs become worthless. Not for INBOX."""
        with self.connect(user) as client:
            _checked(client.delete(f'"{folder}"'))
            time.sleep(1.1)  # UIDVALIDITY is the time of creation in seconds
            _checked(client.create(f'"{folder}"'))

    def connect(self, user: str) -> imaplib.IMAP4:
        """A client of the test's own, independent of the code under test."""
        client = imaplib.IMAP4("127.0.0.1", self.port, timeout=10)
        client.login(user, self.password)
        return client


def is_installed() -> bool:
    return Path(_BINARY).exists()


def start(
    authority: trustme.CA, *, introspection_url: str = "", mechanisms: str = "xoauth2 oauthbearer"
) -> DovecotServer:
    """Start a server on free ports. The caller stops it. With `introspection_url` it takes tokens of OAuth 2 too, which
    it asks that address about at each login.
    """
    directory = Path(tempfile.mkdtemp(prefix="dovecot-"))
    port, tls_port = _free_port(), _free_port()
    certificate = authority.issue_cert("localhost", "127.0.0.1")
    certificate.private_key_pem.write_to_path(directory / "key.pem")
    for index, blob in enumerate(certificate.cert_chain_pems):
        blob.write_to_path(directory / "cert.pem", append=index > 0)
    authority.cert_pem.write_to_path(directory / "ca.pem")
    owner = pwd.getpwnam("nobody") if os.getuid() == 0 else pwd.getpwuid(os.getuid())
    for name in ("run", "state", "mail"):
        (directory / name).mkdir()
    text = _CONFIG.format(
        dir=directory,
        user=owner.pw_name,
        group=grp.getgrgid(owner.pw_gid).gr_name,
        uid=owner.pw_uid,
        gid=owner.pw_gid,
        password=PASSWORD,
        port=port,
        tls_port=tls_port,
        oauth_mechanisms=mechanisms if introspection_url else "",
        oauth_passdb=_OAUTH_PASSDB.format(dir=directory) if introspection_url else "",
    )
    (directory / "oauth2.conf.ext").write_text(_OAUTH_CONFIG.format(url=introspection_url), encoding="utf-8")
    (directory / "dovecot.conf").write_text(text, encoding="utf-8")
    _run(directory, owner, [])
    server = DovecotServer(directory, port, tls_port, directory / "ca.pem")
    _wait_for(server)
    return server


def stop(server: DovecotServer) -> None:
    owner = pwd.getpwnam("nobody") if os.getuid() == 0 else pwd.getpwuid(os.getuid())
    _run(server.directory, owner, ["stop"])
    shutil.rmtree(server.directory, ignore_errors=True)


def _run(directory: Path, owner: pwd.struct_passwd, arguments: list[str]) -> None:
    command = [_BINARY, "-c", str(directory / "dovecot.conf"), *arguments]
    if os.getuid() == 0:
        for path in [directory, *directory.iterdir()]:
            os.chown(path, owner.pw_uid, owner.pw_gid)
        switch = [f"--reuid={owner.pw_uid}", f"--regid={owner.pw_gid}", "--clear-groups"]
        command = ["setpriv", *switch, *command]
    # Not into pipes: the daemon keeps them open, and we would wait for their end.
    with (directory / "start.log").open("ab") as log:
        subprocess.run(command, check=True, stdout=log, stderr=log, timeout=30, cwd=directory)


def _wait_for(server: DovecotServer) -> None:
    deadline = time.monotonic() + 20
    while True:
        try:
            imaplib.IMAP4("127.0.0.1", server.port, timeout=5).logout()
        except (OSError, imaplib.IMAP4.error):
            if time.monotonic() > deadline:
                log = server.directory / "dovecot.log"
                raise RuntimeError(log.read_text() if log.exists() else "Dovecot does not answer") from None
            time.sleep(0.05)
        else:
            return


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def _checked(answer: tuple[str, Sequence[object]]) -> None:
    kind, lines = answer
    if kind != "OK":
        raise RuntimeError(f"the server said {kind} {lines}")
