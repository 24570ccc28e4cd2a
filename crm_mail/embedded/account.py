"""Whom the processes run as. PostgreSQL refuses root, so root's children become an unprivileged account.

No account is created and no mode of a foreign directory is changed: `nobody` exists everywhere and is enough.
"""

import os
import pwd
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

NAMES = ("crm-mail", "nobody")


@dataclass(frozen=True)
class Account:
    uid: int
    gid: int

    def can_reach(self, path: Path) -> bool:
        """Asked of the system, in the account's shoes: modes alone would miss ACLs and mount options."""
        test = subprocess.run(
            ["/bin/sh", "-c", 'test -x "$0"', str(path)], check=False, user=self.uid, group=self.gid, extra_groups=[]
        )
        return test.returncode == 0

    def take(self, path: Path) -> None:
        os.chown(path, self.uid, self.gid)


def service_account() -> Account | None:
    """The account for the children of root; None for an ordinary user, who is the account himself."""
    if os.geteuid() != 0:
        return None
    for name in NAMES:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(entry.pw_uid, entry.pw_gid)
    raise RuntimeError("PostgreSQL does not run as root, and there is no account `nobody` to run it as.")


def application_account(account: Account | None) -> Account | None:
    """Root's .venv or clone may lie in a closed home; then the application stays root, on loopback only."""
    if account and account.can_reach(Path(sys.executable).resolve()) and account.can_reach(Path(__file__).parent):
        return account
    return None
