"""Is an arrived letter from whom it says? Found out when it is filed: the DNS may take seconds, and the peer has its
250 by then.
"""

from __future__ import annotations

from django.conf import settings

from mailkit.addresses import email_key
from mailkit.sender_checks import SenderVerdict, check_sender, verdict_words
from smart_addresses.models import ArrivedLetter


def verify(letter: ArrivedLetter, raw: bytes, *, shown: str) -> SenderVerdict | None:
    """Notes SPF, DKIM and DMARC on the letter, whose bytes these are, once; None when they were noted before. `shown`
    is the sender that people will see: if that is read in another way than the one who was checked, nothing is proven.
    Asks the DNS: not within a transaction.
    """
    if letter.dmarc:
        return None
    verdict = check_sender(
        raw, peer=letter.peer or "", helo=letter.helo, mail_from=letter.mail_from, nameservers=settings.DNS_SERVERS
    )
    letter.spf, letter.dkim, letter.dmarc = verdict.spf, verdict.dkim, verdict.dmarc
    letter.is_verified = verdict.is_verified and verdict.sender == email_key(shown)
    letter.verdict = verdict_words(verdict)
    letter.save(update_fields=["spf", "dkim", "dmarc", "is_verified", "verdict"])
    return verdict
