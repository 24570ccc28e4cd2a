"""The state directory of one instance: secrets, data, logs, and the note by which `manage` finds what runs."""

import base64
import fcntl
import hashlib
import json
import os
import secrets
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO

from crm_mail.embedded.account import Account
from crm_mail.embedded.errors import EmbeddedError

PROJECT = Path(__file__).resolve().parent.parent.parent
DEFAULT = PROJECT / ".state"
# For root whose home is closed to others (mode 0700): there the children could not reach the default place.
REACHABLE = Path("/var/lib/crm-mail")
LOCK_TRIES = 5  # `manage` looks at the lock for a blink; that must not look like a running instance


@dataclass(frozen=True)
class Secrets:
    secret_key: str
    credentials_keys: str
    postgres: str
    owner: str
    app: str
    valkey: str


@dataclass(frozen=True)
class RunningInstance:
    """What `manage` needs to act like a process of the instance: environment and account (None: as we are)."""

    environment: dict[str, str]
    uid: int | None
    gid: int | None


class State:
    """The directory belongs to the account of the children, mode 0700: it holds every secret and all mail."""

    def __init__(self, path: Path, account: Account | None) -> None:
        self.path = place_for(path.absolute(), account)
        self.account = account

    def prepare(self) -> None:
        self.path.mkdir(parents=True, exist_ok=True)
        self.path.chmod(0o700)
        if self.account:
            self.account.take(self.path)

    def directory(self, name: str) -> Path:
        """A private directory in the state, made when it is missing."""
        path = self.path / name
        path.mkdir(mode=0o700, exist_ok=True)
        if self.account:
            self.account.take(path)
        return path

    def lock(self) -> IO[str]:
        """Held as long as the returned file is open; the system lets go of it even after kill -9."""
        file = self._lock_file.open("w")
        for _ in range(LOCK_TRIES):
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                time.sleep(0.1)
            else:
                return file
        file.close()
        raise EmbeddedError(
            f"An instance is already running on {self.path}. Stop it first, or start a second one with a state and "
            "ports of its own:\n  CRM_MAIL_STATE=other PORT=8123 EVENTS_PORT=8124 ./crm-mail up"
        )

    def is_running(self) -> bool:
        if not self._lock_file.exists():
            return False
        with self._lock_file.open("r") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                return True
        return False

    def secrets(self) -> Secrets:
        """Made once. Losing them means losing the passwords of all connected mailboxes."""
        file = self.path / "secrets.json"
        if not file.exists():
            write_private(file, json.dumps(asdict(new_secrets()), indent=2))
        return Secrets(**json.loads(file.read_text()))

    def note_running(self, instance: RunningInstance) -> None:
        write_private(self._instance_file, json.dumps(asdict(instance), indent=2))

    def forget_running(self) -> None:
        self._instance_file.unlink(missing_ok=True)

    def running_instance(self) -> RunningInstance:
        if not self.is_running():
            raise EmbeddedError(f"Nothing runs on {self.path}. Start it first: ./crm-mail up")
        if not self._instance_file.exists():
            raise EmbeddedError("The instance is still starting. Try again in a moment.")
        return RunningInstance(**json.loads(self._instance_file.read_text()))

    @property
    def _lock_file(self) -> Path:
        return self.path / "up.lock"

    @property
    def _instance_file(self) -> Path:
        return self.path / "instance.json"


def state_path() -> Path:
    """A relative path is meant from where the caller stood: the launcher has noted it before it went elsewhere."""
    named = os.environ.get("CRM_MAIL_STATE")
    return Path(os.environ.get("CRM_MAIL_CALLED_FROM", "."), named) if named else DEFAULT


def place_for(path: Path, account: Account | None) -> Path:
    """The wanted place, or one below /var/lib when the children's account could not get there."""
    nearest = next(parent for parent in [path, *path.parents] if parent.exists())
    if account is None or account.can_reach(nearest if nearest != path else path.parent):
        return path
    return REACHABLE / hashlib.sha256(str(path).encode()).hexdigest()[:12]


def new_secrets() -> Secrets:
    key = base64.b64encode(secrets.token_bytes(32)).decode()
    return Secrets(
        secret_key=secrets.token_urlsafe(48),
        credentials_keys=f"k1:{key}",
        postgres=secrets.token_urlsafe(24),
        owner=secrets.token_urlsafe(24),
        app=secrets.token_urlsafe(24),
        valkey=secrets.token_urlsafe(24),
    )


def write_private(path: Path, text: str) -> None:
    """Written aside and renamed: a reader, or a crash, never meets half a file."""
    aside = path.with_suffix(".new")
    descriptor = os.open(aside, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
    aside.replace(path)
