"""Does a mail server work with this login, and if not, at which step? Facts; the words for people are the app's."""

from __future__ import annotations

import re
import ssl
from collections.abc import Callable
from dataclasses import dataclass

from mailkit import smtp_sender
from mailkit.errors import MailError
from mailkit.imap_session import open_imap
from mailkit.network import Resolver
from mailkit.types import Login, Security, ServerAddress

CHECK_SECONDS = 20  # after signing in: a person waits


@dataclass(frozen=True, slots=True)
class CheckStep:
    """One step of a check. Steps after a failed one are not tried and not listed."""

    protocol: str  # imap, smtp
    step: str  # dns, connect, tls, login, folders
    ok: bool
    error: str = ""
    error_code: str = ""  # the error's class in snake case: login_refused, tls_refused ...
    reply: str = ""  # the server's own words


def check_imap(
    server: ServerAddress,
    login: Login,
    *,
    connect_seconds: float,
    read_seconds: float,
    tls: ssl.SSLContext,
    resolve: Resolver,
) -> list[CheckStep]:
    """Connect, sign in and list the folders."""

    def attempt() -> None:
        with open_imap(
            server,
            login,
            connect_seconds=connect_seconds,
            read_seconds=read_seconds,
            tls=tls,
            resolve=resolve,
            seconds=CHECK_SECONDS,
        ) as session:
            session.list_folders()
            session.folder_status("INBOX")

    return _report("imap", [*_steps(server), "folders"], attempt)


def check_smtp(
    server: ServerAddress,
    login: Login,
    *,
    connect_seconds: float,
    read_seconds: float,
    tls: ssl.SSLContext,
    resolve: Resolver,
) -> list[CheckStep]:
    """Connect and sign in; nothing is sent."""

    def attempt() -> None:
        smtp_sender.check_smtp(
            server, login, connect_seconds=connect_seconds, read_seconds=read_seconds, tls=tls, resolve=resolve
        )

    return _report("smtp", _steps(server), attempt)


def _steps(server: ServerAddress) -> list[str]:
    return ["dns", "connect", "login"] if server.security is Security.NONE else ["dns", "connect", "tls", "login"]


def _report(protocol: str, steps: list[str], attempt: Callable[[], None]) -> list[CheckStep]:
    try:
        attempt()
    except MailError as error:
        # An error without a step, or with one that this connection does not have, happened on the way in.
        failed = error.step if error.step in steps else "connect"
        passed = steps[: steps.index(failed)]
        code = re.sub(r"(?<!^)(?=[A-Z])", "_", type(error).__name__).lower()
        failure = CheckStep(protocol, failed, ok=False, error=str(error), error_code=code, reply=error.reply)
        return [*(CheckStep(protocol, step, ok=True) for step in passed), failure]
    return [CheckStep(protocol, step, ok=True) for step in steps]
