"""Letters for the tests of sync."""

from __future__ import annotations

from collections.abc import Mapping
from email.message import EmailMessage

CLIENT = "carol@client.example"


def letter(
    number: int,
    *,
    subject: str = "",
    sender: str = CLIENT,
    to: str = "sales@acme.example",
    files: Mapping[str, bytes] | None = None,
) -> bytes:
    """A letter like no other, unless its number is."""
    mail = EmailMessage()
    mail["From"] = sender
    mail["To"] = to
    mail["Subject"] = subject or f"Order {number}"
    mail["Date"] = "Fri, 20 Nov 2026 09:00:00 +0000"
    mail["Message-ID"] = f"<letter-{number}@client.example>"
    mail.set_content(f"Text of letter {number}.\n")
    for name, content in (files or {}).items():
        mail.add_attachment(content, maintype="application", subtype="pdf", filename=name)
    return mail.as_bytes(policy=mail.policy.clone(linesep="\r\n"))
