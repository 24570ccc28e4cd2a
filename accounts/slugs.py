"""The short name of an account: the addresses made of it, and how it changes (K41, K43, K48)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count

from django.conf import settings
from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.audit import record
from accounts.errors import SettingRefused
from accounts.models import Account, FormerSlug, Membership
from accounts.signals import account_renamed
from accounts.transliteration import latin_slug

MAX_SLUG_CHARS = 50  # with a number behind it, it still is a label of the DNS
MAX_KEPT_DAYS = 365
# What would be read as one of the other two addresses; what a mail domain keeps for itself (RFC 2142); and to whom
# certificate authorities write: whoever had such an address would get a certificate for the mail domain (CA/Browser
# Forum, Baseline Requirements, section 3.2.2.4.4).
RESERVED = frozenset(
    {"contact", "lead"}
    | {"postmaster", "hostmaster", "webmaster", "abuse", "noc", "security", "mailer-daemon", "noreply", "no-reply"}
    | {"admin", "administrator", "root", "ssladmin", "ssladministrator", "sslwebmaster", "sysadmin"}
)


@dataclass(frozen=True, slots=True)
class SmartAddresses:
    """The three addresses of an account."""

    filing: str
    contact: str
    lead: str

    def all(self) -> tuple[str, str, str]:
        return self.filing, self.contact, self.lead


def smart_addresses_of(slug: str) -> SmartAddresses:
    domain = settings.MAIL_DOMAIN
    return SmartAddresses(f"{slug}@{domain}", f"contact@{slug}.{domain}", f"lead@{slug}.{domain}")


def free_slug(name: str, *, account: Account | None = None) -> str:
    """A slug nobody has or had: the name's own, else with the first free number. `account` may have had it itself."""
    base = latin_slug(name)[:MAX_SLUG_CHARS].strip("-") or "account"
    others = Account.objects.exclude(pk=account.pk) if account else Account.objects.all()
    former = FormerSlug.objects.exclude(given_up_by=account) if account else FormerSlug.objects.all()
    taken = {
        *RESERVED,
        *others.filter(slug__startswith=base).values_list("slug", flat=True),
        *former.filter(slug__startswith=base).values_list("slug", flat=True),
    }
    return next(slug for n in count(1) if (slug := base if n == 1 else f"{base}-{n}") not in taken)


def next_addresses(account: Account, name: str) -> SmartAddresses:
    """What the dialog says before an account is renamed: the addresses it would have."""
    return smart_addresses_of(free_slug(name, account=account))


def take_slug(account: Account, name: str) -> None:
    """The slug of a new account. Within a transaction, like `rename`: two accounts take turns."""
    lock_slugs()
    account.slug = free_slug(name)


def rename(admin: Membership, account: Account, name: str, *, keep_days: int = 0) -> None:
    """Sets name and slug of an account that the caller holds and saves. The addresses of the old slug are refused at
    once, or when `keep_days` are over, and never become another account's (K48).
    """
    lock_slugs()
    former, account.name = account.slug, name
    account.slug = free_slug(name, account=account)
    if account.slug == former:
        return
    FormerSlug.objects.filter(slug=account.slug).delete()  # it had this name before
    kept_until = timezone.now() + timedelta(days=keep_days) if keep_days else None
    FormerSlug.objects.create(slug=former, given_up_by=account, alive_until=kept_until)
    record(admin, "account.renamed", was=former, slug=account.slug, kept_days=keep_days)
    account_renamed.send(Account, account=account)


def check_kept_days(days: int) -> None:
    """Raises SettingRefused."""
    if not 0 <= days <= MAX_KEPT_DAYS:
        message = _("Enter a number of days from 0 to %(most)d.") % {"most": MAX_KEPT_DAYS}
        raise SettingRefused("keep_old_addresses_days", message)


def list_kept(account: Account) -> list[tuple[SmartAddresses, datetime]]:
    """Former addresses that still work, and until when."""
    kept = account.former_slugs.filter(alive_until__gt=timezone.now()).order_by("-alive_until")
    return [(smart_addresses_of(row.slug), row.alive_until) for row in kept if row.alive_until]


def lock_slugs() -> None:
    """Held until the transaction ends. A unique key alone would not do: names given up lie in another table."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('accounts.slugs'))")
