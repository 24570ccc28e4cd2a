"""Names before the pages' domain: up to three for an account, each the only one on this server (M115)."""

from __future__ import annotations

import ipaddress
import re

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.audit import record
from accounts.ids import row_number
from accounts.models import Account, Membership
from pages.access import check_admin, check_mailer
from pages.addresses import own_hosts
from pages.errors import PageNotFound, SubdomainRefused
from pages.models import Page, Subdomain

MOST = 3
_LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?", re.ASCII)
# What a provider or a mail server may need, and what clients would take for somebody else.
_WORDS = (
    "account accounts admin api app auth autoconfig autodiscover blog cdn crm dev docs events ftp go help "
    "imap localhost login mail mta-sts mx ns ns1 ns2 pages pop postmaster security sign-in signin smtp "
    "sso static status support test webmail www"
)
RESERVED = frozenset(_WORDS.split())


def are_possible() -> bool:
    """An IP address has no names under it."""
    try:
        ipaddress.ip_address(settings.PAGES_DOMAIN)
    except ValueError:
        return bool(settings.PAGES_DOMAIN)
    return False


def list_subdomains(member: Membership) -> QuerySet[Subdomain]:
    """Those of the member's account. Raises NotAllowed."""
    check_mailer(member)
    return Subdomain.objects.filter(owner=member.account_id).order_by("label")


@transaction.atomic
def add_subdomain(admin: Membership, typed: str) -> Subdomain:
    """Raises NotAllowed, SubdomainRefused."""
    check_admin(admin)
    label = _checked_label(typed)
    Account.objects.select_for_update(no_key=True).get(pk=admin.account.pk)  # two who add the last one at once
    if Subdomain.objects.filter(owner=admin.account_id).count() >= MOST:
        raise SubdomainRefused(_("An account has at most %(most)d subdomains.") % {"most": MOST})
    try:
        with transaction.atomic():
            made = Subdomain.objects.create(owner=admin.account, label=label)
    except IntegrityError as error:
        raise SubdomainRefused(_("This name is taken. Choose another one.")) from error
    record(admin, "subdomain.added", label=label)
    return made


@transaction.atomic
def remove_subdomain(admin: Membership, subdomain_id: int | str) -> None:
    """Links under it are unknown from now on, and another account may take it. Raises NotAllowed, PageNotFound,
    SubdomainRefused.
    """
    check_admin(admin)
    found = Subdomain.objects.select_for_update().filter(owner=admin.account_id, pk=row_number(subdomain_id)).first()
    if found is None:
        raise PageNotFound
    page = Page.objects.filter(subdomain=found.label).first()
    if page is not None:
        words = _("The page “%(name)s” is there. Give it another address first.")
        raise SubdomainRefused(words % {"name": page.name})
    record(admin, "subdomain.removed", label=found.label)
    found.delete()


def _checked_label(typed: str) -> str:
    label = typed.strip().lower()
    if not are_possible():
        raise SubdomainRefused(_("This server has no domain for subdomains. Who runs it can set PAGES_DOMAIN."))
    if not _LABEL.fullmatch(label) or label[2:4] == "--":
        words = _("Enter Latin letters, digits and hyphens, such as offers; at most 63 of them.")
        raise SubdomainRefused(words)
    if label in RESERVED or f"{label}.{settings.PAGES_DOMAIN}" in own_hosts():
        raise SubdomainRefused(_("This name is taken. Choose another one."))
    return label
