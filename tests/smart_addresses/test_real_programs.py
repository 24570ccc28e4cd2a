"""Letters to a smart address from the mail programs of others, swaks and msmtp."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from accounts.models import Membership
from accounts.tenancy import tenant
from smart_addresses.models import ArrivedLetter
from tests.smart_addresses.running import LETTER, RunningListener, running_listener
from threads.raw_store import read_raw

__all__ = ["running_listener"]
pytestmark = pytest.mark.django_db(transaction=True)


def installed(program: str) -> str:
    """Its path. Where it is missing the test is skipped, loudly; in CI that is a failure."""
    path = shutil.which(program)
    if path is None and os.environ.get("CI") == "true":
        pytest.fail(f"{program} is not installed")
    return path or pytest.skip(f"{program} is not installed: apt-get install {program}")


def run(*command: str, letter: bytes = b"") -> str:
    done = subprocess.run(command, input=letter, capture_output=True, timeout=60, check=False)
    return f"{done.returncode}\n{(done.stdout + done.stderr).decode()}"


def kept(member: Membership) -> list[tuple[str, bytes]]:
    with tenant(member.account_id):
        return [(row.address, read_raw(row.raw_name)) for row in ArrivedLetter.objects.order_by("pk")]


def test_swaks(alice: Membership, running_listener: RunningListener) -> None:
    swaks, server = installed("swaks"), f"127.0.0.1:{running_listener.port}"
    common = [swaks, "--server", server, "--from", "bob@client.example", "--pipeline"]
    assert run(*common, "--to", "acme@in.example,lead@acme.in.example", "--data", "-", letter=LETTER).startswith("0\n")
    assert [address for address, _raw in kept(alice)] == ["filing", "lead"]
    refused = run(*common, "--to", "nobody@in.example")
    assert "550 5.1.1 There is no such address" in refused
    lmtp = f"127.0.0.1:{running_listener.lmtp_port}"
    by_lmtp = run(swaks, "--protocol", "LMTP", "--server", lmtp, "--from", "<>", "--to", "contact@acme.in.example")
    assert by_lmtp.startswith("0\n")
    assert len(kept(alice)) == 3


def test_msmtp(alice: Membership, running_listener: RunningListener, tmp_path: Path) -> None:
    port = str(running_listener.port)
    command = [installed("msmtp"), "--host=127.0.0.1", f"--port={port}", "--from=bob@client.example", "--auth=off"]
    assert run(*command, "acme@in.example", letter=LETTER.replace(b"\r\n", b"\n")).startswith("0\n")
    [(address, raw)] = kept(alice)
    assert (address, raw.endswith(LETTER)) == ("filing", True)  # it puts a Date on top
    assert not run(*command, "nobody@in.example", letter=LETTER).startswith("0\n")
