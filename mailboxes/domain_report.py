"""What receivers find in the DNS about the domain of a mailbox, in words, with what to add (R15, M100)."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from mailboxes.errors import SettingRefused
from mailboxes.lookups import dns_lookup
from mailboxes.models import Mailbox
from mailkit.addresses import domain_of, is_host_name
from mailkit.domain_check import Finding, State, check_domain
from mailkit.providers import Provider, provider_of_domain, provider_of_host

TITLES = {"spf": "SPF", "dkim": "DKIM", "dmarc": "DMARC", "mx": "MX"}
PURPOSES: dict[str, str | Promise] = {
    "spf": gettext_lazy("Which servers may send mail of this domain."),
    "dkim": gettext_lazy("A signature in each letter, which proves that it is yours and unchanged."),
    "dmarc": gettext_lazy("What receivers do with letters that fail the two checks above."),
    "mx": gettext_lazy("Where answers to your letters go."),
}
# By check and reason of mailkit.domain_check.
WORDS: dict[tuple[str, str], str | Promise] = {
    ("spf", "good"): gettext_lazy("The record names the servers of your mail provider."),
    ("spf", "present"): gettext_lazy("There is a record. Whether it names your mail server we cannot tell."),
    ("spf", "missing"): gettext_lazy("There is no record: receivers cannot tell your letters from forged ones."),
    ("spf", "several"): gettext_lazy("There are several records, so none counts. Put them together into one."),
    ("spf", "too_many_lookups"): gettext_lazy(
        "The record needs more than ten questions to the DNS, so receivers take it for broken. Remove services that "
        "you do not use any more."
    ),
    ("spf", "provider_missing"): gettext_lazy(
        "The record does not name the servers of your mail provider. Change it to the one below."
    ),
    ("spf", "all_allowed"): gettext_lazy("The record allows all servers of the world. Let it end with ~all."),
    ("spf", "no_end"): gettext_lazy("The record says nothing about other servers. Let it end with ~all."),
    ("dkim", "good"): gettext_lazy("There is a key, so your provider can sign your letters."),
    ("dkim", "withdrawn"): gettext_lazy("The key is withdrawn: letters signed with it fail. Make a new one."),
    ("dkim", "missing"): gettext_lazy(
        "There is no key under this name. Your mail provider makes it: switch DKIM on in its settings of the domain, "
        "and add the record that it shows there."
    ),
    ("dkim", "not_found"): gettext_lazy(
        "No key was found under the usual names. If your provider gave you a name (“selector”), enter it below."
    ),
    ("dmarc", "good"): gettext_lazy("There is a record, and it protects your name."),
    ("dmarc", "watching"): gettext_lazy(
        "There is a record. It only watches (p=none), which is right to begin with. When your own letters pass, "
        "quarantine or reject protects your name."
    ),
    ("dmarc", "missing"): gettext_lazy(
        "There is no record. Large providers want one from everybody who sends many letters. Begin with the one below."
    ),
    ("dmarc", "several"): gettext_lazy("There are several records, so none counts. Keep one."),
    ("dmarc", "no_policy"): gettext_lazy(
        "The record has no valid policy: p= must be none, quarantine or reject. So it does not count."
    ),
    ("mx", "good"): gettext_lazy("Answers reach the servers named here."),
    ("mx", "missing"): gettext_lazy("There is no record: answers to your letters get lost."),
    ("mx", "no_mail"): gettext_lazy("The domain says that it takes no mail: answers to your letters come back."),
}
NO_ANSWER = gettext_lazy("The DNS did not answer. Try again later.")


@dataclass(frozen=True, slots=True)
class DomainRow:
    """One check. `name`, `kind`, `record` are what to add or change at the domain's DNS, "" when there is nothing."""

    check: str  # spf, dkim, dmarc, mx
    title: str
    purpose: str
    state: str  # ok, warn, bad, unknown
    explanation: str
    found: str  # a line for each record
    name: str
    kind: str
    record: str


@dataclass(frozen=True, slots=True)
class DomainReport:
    """`is_own` is false for addresses at a provider of everybody: there nothing can be added."""

    domain: str
    is_own: bool
    warning: str
    rows: tuple[DomainRow, ...]


def report_domain(mailbox: Mailbox, *, selector: str = "", address: str = "") -> DomainReport:
    """Asks the DNS, up to eight seconds. `selector` is the name of a DKIM key, `address` another one that stands in
    From. Raises SettingRefused.
    """
    domain = domain_of(address or mailbox.address)
    public = provider_of_domain(domain)
    findings = check_domain(
        domain, dns=dns_lookup(), provider=provider_of_host(mailbox.smtp_host), selectors=_selectors(selector)
    )
    return DomainReport(
        domain=domain,
        is_own=public is None,
        warning=_free_mail(public) if public else "",
        rows=tuple(_row(finding, is_own=public is None) for finding in findings),
    )


def _selectors(typed: str) -> tuple[str, ...]:
    plain = typed.strip().lower()
    if not plain:
        return ()
    if not is_host_name(plain):
        raise SettingRefused("selector", _("A selector has Latin letters, digits and hyphens only."))
    return (plain,)


def _free_mail(provider: Provider) -> str:
    words = _(
        "This address belongs to %(provider)s, which takes care of these records. For mailings use an address of your "
        "own domain: many receivers refuse bulk mail from addresses that anybody can have."
    )
    return words % {"provider": provider.name}


def _row(finding: Finding, *, is_own: bool) -> DomainRow:
    has_advice = is_own and finding.state in (State.BAD, State.WARN)
    return DomainRow(
        check=finding.check,
        title=TITLES[finding.check],
        purpose=str(PURPOSES[finding.check]),
        state=finding.state.value,
        explanation=str(WORDS.get((finding.check, finding.reason), NO_ANSWER)),
        found=finding.found,
        name=finding.name if has_advice else "",
        kind=finding.kind if has_advice else "",
        record=finding.record if has_advice else "",
    )
