"""The process in which senders are checked: `python -m mailkit.sender_child`, started by sender_checks."""

from __future__ import annotations

from typing import Any

from mailkit.child_process import Limits, serve
from mailkit.dkim_check import check_dkim
from mailkit.dmarc import check_dmarc
from mailkit.dns_budget import BudgetedDns
from mailkit.from_header import provable_sender
from mailkit.sender_checks import SenderVerdict, verdict_words
from mailkit.spf_check import check_spf

LIMITS = Limits(cpu_seconds=6, wall_seconds=15.0, memory_bytes=1024 * 1024 * 1024)


def answer(words: dict[str, Any], raw: bytes) -> tuple[dict[str, Any], bytes]:
    verdict = judge(raw, words["peer"], words["helo"], words["mail_from"], BudgetedDns(words["nameservers"]))
    return verdict_words(verdict), b""


def judge(raw: bytes, peer: str, helo: str, mail_from: str, dns: BudgetedDns) -> SenderVerdict:
    sender = provable_sender(raw)
    spf = check_spf(peer, helo, mail_from, dns)
    dkim = check_dkim(raw, dns)
    dmarc = check_dmarc(sender, spf, dkim, dns)
    return SenderVerdict(
        spf=spf.result,
        dkim=dkim.result,
        dmarc=dmarc.result,
        is_verified=bool(sender) and dmarc.is_aligned and dmarc.result in ("pass", "none"),
        sender=sender,
        spf_domain=spf.domain,
        dkim_domains=dkim.domains,
        policy=dmarc.policy,
        reason=dkim.reason if sender else "no_single_from",
    )


if __name__ == "__main__":
    serve(LIMITS, answer)
