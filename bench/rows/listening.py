"""The listener: letters that are stored and committed before their 250, against aiosmtpd that throws them away; and its
memory while many large ones come in at once.
"""

from __future__ import annotations

import smtplib
import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial

from accounts.tenancy import every_account
from bench import product
from bench.measuring import Samples, interleave
from bench.processes import memory_mb
from bench.stage import Stage
from crm_mail.embedded.ports import free_port
from smart_addresses.models import ArrivedLetter

DOMAIN = "in.example"
RECIPIENT = f"listen@{DOMAIN}"
SENDERS = 8
PEERS = 10  # addresses of loopback: one may have 20 connections
TEXT = b"Thank you for your time on the phone this morning; the offer stands below.\r\n" * 130
LARGE_BYTES = 10 * 1024 * 1024


def listener(stage: Stage) -> Iterator[Samples]:
    count = stage.number(2000)
    ours, theirs = interleave(
        lambda: _ours(stage, count), lambda: _theirs(stage, count), repetitions=stage.repetitions(5)
    )
    yield Samples("listener", ours, theirs, {"letters": count, "senders": SENDERS})


def listener_memory(stage: Stage) -> Iterator[Samples]:
    many = stage.number(100)
    ours, theirs = interleave(
        lambda: _memory_of(stage, many), lambda: _memory_of(stage, 1), repetitions=stage.repetitions(3)
    )
    yield Samples("listener_memory", ours, theirs, {"letters at once": many})


def _ours(stage: Stage, count: int) -> float:
    product.clear_everything()
    product.new_account("listen", with_contacts=False)
    with _listening(stage) as (port, _pid):
        rate = _rate(port, count)
    with every_account("count what arrived"):
        found = ArrivedLetter.objects.count()
    if found != count:
        raise RuntimeError(f"{found} of {count} letters are there")
    return rate


def _theirs(stage: Stage, count: int) -> float:
    port = free_port()
    command = ["-m", "aiosmtpd", "-n", "-c", "aiosmtpd.handlers.Sink", "-l", f"127.0.0.1:{port}"]
    with product.started("sink", command, stage.directory, {}):
        product.wait_for(partial(_answers, port), "aiosmtpd")
        return _rate(port, count)


def _memory_of(stage: Stage, count: int) -> float:
    """How many MB so many large letters take at most, above what the listener takes for a small one."""
    product.clear_everything()
    product.new_account("listen", with_contacts=False)
    with _listening(stage) as (port, pid):
        _rate(port, SENDERS)
        before = memory_mb([pid], "VmHWM")
        with ThreadPoolExecutor(count) as crew:
            list(crew.map(partial(_send_large, port), range(count)))
        return memory_mb([pid], "VmHWM") - before


@contextmanager
def _listening(stage: Stage) -> Iterator[tuple[int, int]]:
    port = free_port()
    settings = {"MAIL_DOMAIN": DOMAIN, "SMTPD_PORT": str(port)}
    with product.started("smtpd", ["manage.py", "smtpd"], stage.directory, settings) as child:
        product.wait_for(partial(_answers, port), "the listener")
        yield port, product.pid_of(child)


def _answers(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port)).close()
    except OSError:
        return False
    return True


def _rate(port: int, count: int) -> float:
    """Letters a second."""
    began = time.perf_counter()
    with ThreadPoolExecutor(SENDERS) as crew:
        shares = [range(number, count, SENDERS) for number in range(SENDERS)]
        list(crew.map(partial(_send_share, port), shares))
    return count / (time.perf_counter() - began)


def _send_share(port: int, numbers: range) -> None:
    with smtplib.SMTP("127.0.0.1", port) as client:
        for number in numbers:
            client.sendmail("bob@client.example", [RECIPIENT], _letter(number, TEXT))


def _send_large(port: int, number: int) -> None:
    text = TEXT * (LARGE_BYTES // len(TEXT))
    with smtplib.SMTP("127.0.0.1", port, source_address=(f"127.0.0.{number % PEERS + 2}", 0)) as client:
        client.sendmail("bob@client.example", [RECIPIENT], _letter(number, text))


def _letter(number: int, text: bytes) -> bytes:
    head = f"Message-ID: <{number}.{time.time_ns()}@client.example>\r\nFrom: bob@client.example\r\n\r\n"
    return head.encode() + text
