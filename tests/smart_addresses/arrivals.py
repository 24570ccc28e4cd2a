"""Letters that the listener has taken a moment ago, as rows with their bytes in storage."""

from __future__ import annotations

import hashlib

from accounts.tenancy import current_account_id
from mailboxes.system import system_mailbox
from smart_addresses.filing import file_letter
from smart_addresses.models import ArrivedLetter
from tests.threads.builders import Mail
from threads.raw_store import store_raw_stream

ADDRESSES = {"filing": "acme@{domain}", "contact": "contact@acme.{domain}", "lead": "lead@acme.{domain}"}
DOMAIN = "in.example"


def address(kind: str) -> str:
    return ADDRESSES[kind].format(domain=DOMAIN)


def take(kind: str, letter: Mail | bytes, *, mail_from: str = "anna@client.example", dmarc: str = "pass") -> int:
    """A row as the listener writes it, but its sender is checked already: no test asks the DNS. Needs the scope."""
    raw = letter if isinstance(letter, bytes) else letter.to_bytes()
    return ArrivedLetter.objects.create(
        account_id=current_account_id(),
        address=kind,
        recipient=address(kind),
        mail_from=mail_from,
        peer="192.0.2.1",
        raw_name=store_raw_stream(system_mailbox().pk, [raw]),
        raw_size=len(raw),
        digest=hashlib.sha256(raw).digest(),
        spf=dmarc,
        dkim=dmarc,
        dmarc=dmarc,
        is_verified=dmarc == "pass",
    ).pk


def arrive(
    kind: str, letter: Mail | bytes, *, mail_from: str = "anna@client.example", dmarc: str = "pass"
) -> ArrivedLetter:
    """Taken and filed."""
    letter_id = take(kind, letter, mail_from=mail_from, dmarc=dmarc)
    file_letter(letter_id)
    return ArrivedLetter.objects.get(pk=letter_id)
