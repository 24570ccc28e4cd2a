"""What several benchmarks share: the mail server, its mailboxes, a directory. Made when first asked for."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from bench import dovecot
from bench.anchors import MailCopy
from bench.big_place import BigPlace, open_place
from bench.corpus import Letter, write_letters
from bench.dovecot import Dovecot
from bench.product import Server

SEED = 2
QUICK_SHARE = 10  # --quick: a tenth of the letters and mailboxes
QUICK_SIZE = 20_000  # and so many letters in the big database
QUICK_SECONDS = 0.5


@dataclass(slots=True)
class Stage:
    directory: Path
    is_quick: bool = False
    size: int = 1_000_000  # letters of the big database
    _servers: list[Dovecot] = field(default_factory=list)
    _users: set[str] = field(default_factory=set)
    _places: dict[int, BigPlace] = field(default_factory=dict)

    def number(self, full: int) -> int:
        """How many letters or mailboxes, when a full run has this many."""
        return max(1, full // QUICK_SHARE) if self.is_quick else full

    def repetitions(self, full: int) -> int:
        return 1 if self.is_quick else full

    def seconds(self, full: float) -> float:
        """How long to measure."""
        return QUICK_SECONDS if self.is_quick else full

    def big_place(self, size: int | None = None) -> BigPlace:
        """The database of so many letters, with its servers."""
        wanted = size or self.size
        if wanted not in self._places:
            self._places[wanted] = open_place(wanted, self.directory)
        return self._places[wanted]

    def letters(self, count: int) -> Iterator[Letter]:
        return write_letters(count, seed=SEED)

    @property
    def dovecot(self) -> Dovecot:
        if not self._servers:
            self._servers.append(dovecot.start(self.directory / "dovecot"))
        return self._servers[0]

    @property
    def server(self) -> Server:
        return Server(self.dovecot.port)

    def user(self, count: int, *, copy: int = 0) -> str:
        """The user whose mailbox holds `count` letters; another `copy` of it has the same ones."""
        name = f"box{count}-{copy}"
        if name not in self._users:
            self._users.add(name)
            if copy:
                self.dovecot.copy(self.user(count), name)
            else:
                self.dovecot.fill(name, self.letters(count))
        return name

    def mail_copy(self, user: str) -> MailCopy:
        return MailCopy.of(self.dovecot, user, Path(tempfile.mkdtemp(dir=self.directory)) / "copy")

    def close(self) -> None:
        for place in self._places.values():
            place.stop()
        for server in self._servers:
            server.stop()


@contextmanager
def open_stage(*, is_quick: bool, size: int) -> Iterator[Stage]:
    """Open to others: Dovecot may run as another user than we do."""
    directory = Path(tempfile.mkdtemp(prefix="crm-mail-bench-"))
    directory.chmod(0o755)
    stage = Stage(directory, is_quick, min(size, QUICK_SIZE) if is_quick else size)
    try:
        yield stage
    finally:
        stage.close()
        shutil.rmtree(directory, ignore_errors=True)
