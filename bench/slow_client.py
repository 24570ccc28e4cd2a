"""`python -m bench.slow_client`: the simplest way to poll many mailboxes: imapclient in threads. Prints JSON."""

from __future__ import annotations

import argparse
import json
import resource
import ssl
import time
from concurrent.futures import ThreadPoolExecutor

from imapclient import IMAPClient

ITEMS = ["UIDVALIDITY", "UIDNEXT", "MESSAGES", "HIGHESTMODSEQ"]
FOLDERS = ("INBOX", "Sent")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--ca", required=True)
    parser.add_argument("--mailboxes", type=int, required=True)
    parser.add_argument("--threads", type=int, required=True)
    options = parser.parse_args()
    # Shared: with a context of its own for each connection it would take twenty times the CPU.
    tls = ssl.create_default_context(cafile=options.ca)

    def poll(number: int) -> None:
        client = IMAPClient("localhost", options.port, ssl_context=tls)
        client.login(f"user{number}", "password")
        for folder in FOLDERS:
            client.folder_status(folder, ITEMS)
        client.logout()

    began, used = time.perf_counter(), _cpu()
    with ThreadPoolExecutor(options.threads) as pool:
        list(pool.map(poll, range(options.mailboxes)))
    print(json.dumps({"seconds": time.perf_counter() - began, "cpu": _cpu() - used}))


def _cpu() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


if __name__ == "__main__":
    main()
