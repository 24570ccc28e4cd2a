"""`./crm-mail manage ...`: a Django command in the environment of the running instance."""

import os
import sys
from collections.abc import Sequence

from crm_mail.embedded.account import service_account
from crm_mail.embedded.state import PROJECT, State, state_path


def manage(arguments: Sequence[str]) -> int:
    """Does not return: this process becomes the command, so that input, output and signals are its own."""
    instance = State(state_path(), service_account()).running_instance()
    if instance.uid is not None and instance.gid is not None:
        os.setgroups([])
        os.setgid(instance.gid)
        os.setuid(instance.uid)
    environment = {**os.environ, **instance.environment}
    command = [sys.executable, str(PROJECT / "manage.py"), *arguments]
    os.execve(sys.executable, command, environment)  # noqa: S606 (the point of it)
