"""What a person asks for when connecting a mailbox, checked before any server is asked."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

import idna
from django.conf import settings
from django.utils.translation import gettext as _

from mailboxes.errors import SettingRefused
from mailboxes.models import Mailbox, MailboxFilter
from mailkit.addresses import (
    AddressRefused,
    email_key,
    is_host_name,
    is_internationalized,
    is_ip_literal,
    parse_typed_address,
    to_ascii_domain,
)
from mailkit.oauth import Grant
from mailkit.providers import provider_of_host
from mailkit.types import Login, Mechanism, Secret, Security, ServerAddress

MAX_FILTERS = 200
Filter = tuple[str, str]  # MailboxFilter.Kind and its value
USUAL_PORTS = {
    ("imap", Security.TLS): 993,
    ("imap", Security.STARTTLS): 143,
    ("imap", Security.NONE): 143,
    ("smtp", Security.TLS): 465,
    ("smtp", Security.STARTTLS): 587,
    ("smtp", Security.NONE): 25,
}
# What people enter who have another protocol in mind (K08).
POP3_PORTS = {110, 995}
EXCHANGE_PORTS = {80, 135, 443, 593, 6001, 6002, 6003, 6004}
_POP3_HOST = re.compile(r"pop3?s?[.-]", re.IGNORECASE)
_EXCHANGE_HOST = re.compile(
    r"(owa|ews|mapi|autodiscover|activesync)\.|.*/(owa|ews|mapi|autodiscover|microsoft-server)", re.IGNORECASE
)
_GMAIL_APP_PASSWORD = re.compile(r"[A-Za-z]{16}")


@dataclass(frozen=True, slots=True)
class ServerRequest:
    """A server and how to sign in there."""

    host: str
    port: int
    security: Security
    username: str
    password: Secret  # or an access token
    mechanism: Mechanism = Mechanism.PASSWORD

    @property
    def server(self) -> ServerAddress:
        return ServerAddress(self.host, self.port, self.security)

    @property
    def login(self) -> Login:
        return Login(self.username, self.password, self.mechanism)


@dataclass(frozen=True, slots=True)
class ConnectRequest:
    """A mailbox as typed. Without `imap` it can only send."""

    address: str
    display_name: str
    kind: str  # Mailbox.Kind
    imap: ServerRequest | None
    smtp: ServerRequest
    shared_with_admins: bool = False
    first_import: str = Mailbox.FirstImport.RECENT
    save_send_only: bool = False  # "gray" is all right: keep it for sending
    grant: Grant | None = None  # what the provider gave; None: signing in with passwords
    owner_id: int | None = None  # of a personal one; None: who asks (M02)


def check_request(request: ConnectRequest) -> ConnectRequest:
    """As it is stored: names in their ASCII form. Raises SettingRefused, with the field and what to do."""
    address = clean_address(request.address)
    imap = _clean_server(request, request.imap, address, prefix="imap") if request.imap else None
    smtp = _clean_server(request, request.smtp, address, prefix="smtp")
    return replace(request, address=address, imap=imap, smtp=smtp)


def _clean_server(request: ConnectRequest, server: ServerRequest, address: str, *, prefix: str) -> ServerRequest:
    """Where the user name is the address, it stays so."""
    check_server(server, prefix=prefix)
    username = address if server.username == request.address.strip() else server.username
    return replace(server, host=to_ascii_domain(server.host), username=username, password=_clean_password(server))


def _clean_password(server: ServerRequest) -> Secret:
    """Gmail shows its app passwords in groups, and what is copied has the spaces between them, no-break ones too. In
    any other password a space counts.
    """
    provider = provider_of_host(server.host.lower())
    bare = "".join(server.password.value.split())
    is_app_password = provider is not None and provider.key == "gmail" and _GMAIL_APP_PASSWORD.fullmatch(bare)
    return Secret(bare) if is_app_password else server.password


def check_address(address: str) -> None:
    """Raises SettingRefused."""
    clean_address(address)


def clean_address(typed: str) -> str:
    """The address of a mailbox, its domain in A-labels. Raises SettingRefused."""
    try:
        address = parse_typed_address(typed).email
    except AddressRefused as error:
        raise SettingRefused("address", _("Enter an email address such as name@example.com.")) from error
    local, _at, domain = address.rpartition("@")
    if not local.isascii():
        raise SettingRefused("address", _("Use an address in Latin letters: mail servers do not accept others."))
    return f"{local}@{_ascii_domain(domain)}" if is_internationalized(domain) else address


def _ascii_domain(domain: str) -> str:
    """By IDNA 2008, where this instance accepts such domains (K06)."""
    if not settings.ACCEPT_IDN:
        raise SettingRefused(
            "address",
            _("Internationalized domains are not supported. Use an address whose domain is in Latin letters."),
        )
    try:
        return idna.encode(domain, uts46=True).decode("ascii")
    except idna.IDNAError as error:
        raise SettingRefused("address", _("“%(domain)s” is not a domain name.") % {"domain": domain}) from error


def check_server(request: ServerRequest, *, prefix: str) -> None:
    """Raises SettingRefused."""
    _check_protocol(request, prefix=prefix)
    _check_host(request.host, prefix=prefix)
    is_own_machine = settings.EMBEDDED and request.host.lower() == "localhost"
    if not is_own_machine and request.port not in settings.MAIL_PORTS:
        ports = ", ".join(map(str, sorted(settings.MAIL_PORTS)))
        raise SettingRefused(
            f"{prefix}.port", _("Mail servers are asked on these ports only: %(ports)s.") % {"ports": ports}
        )
    if request.security == Security.NONE and not is_own_machine:
        raise SettingRefused(
            f"{prefix}.security", _("Choose TLS or STARTTLS: without encryption the password could be read on the way.")
        )


def _check_protocol(request: ServerRequest, *, prefix: str) -> None:
    """Whoever wants POP3 or Exchange is told why not (K08)."""
    for part, is_pop3, is_exchange in (
        ("host", _POP3_HOST.match(request.host.strip()), _EXCHANGE_HOST.match(request.host.strip())),
        ("port", request.port in POP3_PORTS, request.port in EXCHANGE_PORTS),
    ):
        if is_pop3:
            raise SettingRefused(f"{prefix}.{part}", _why_not_pop3())
        if is_exchange:
            raise SettingRefused(f"{prefix}.{part}", _why_not_exchange())


def _why_not_pop3() -> str:
    return _(
        "This is POP3, which knows no sent letters and not which ones are read. Mail is read by IMAP here: "
        "enter your provider's IMAP server, usually on port 993."
    )


def _why_not_exchange() -> str:
    return _(
        "This is Exchange (MAPI, EWS or ActiveSync). Mail is read by IMAP and sent by SMTP here, which Exchange and "
        "Microsoft 365 speak too: ask their administrator to switch both on, and enter those servers."
    )


def _check_host(host: str, *, prefix: str) -> None:
    if is_ip_literal(host):
        raise SettingRefused(
            f"{prefix}.host", _("Enter the server's name, such as imap.example.com: an IP address is not accepted.")
        )
    is_foreign = is_internationalized(host) and not settings.ACCEPT_IDN
    if is_foreign or not is_host_name(host):
        raise SettingRefused(f"{prefix}.host", _("Enter the server's name in Latin letters, such as imap.example.com."))


def check_filters(filters: Iterable[Filter]) -> tuple[Filter, ...]:
    """As they are stored: each once, in order, domains as A-labels. Raises SettingRefused, naming the wrong one."""
    checked = sorted({(kind, _checked_filter(kind, value.strip())) for kind, value in filters})
    if len(checked) > MAX_FILTERS:
        raise SettingRefused("filters", _("Enter at most %(most)d addresses and domains.") % {"most": MAX_FILTERS})
    return tuple(checked)


def filter_of(typed: str) -> Filter:
    """What a person means by a line: an address, or a domain with or without @ or *. before it. Not checked."""
    line = typed.strip().removeprefix("*.").removeprefix("@")
    return (MailboxFilter.Kind.ADDRESS, line) if "@" in line else (MailboxFilter.Kind.DOMAIN, line)


def _checked_filter(kind: str, value: str) -> str:
    if kind == MailboxFilter.Kind.ADDRESS:
        try:
            return email_key(parse_typed_address(value).email)
        except AddressRefused as error:
            words = _("“%(value)s” is not an email address. Enter one such as name@example.com.")
            raise SettingRefused("filters", words % {"value": value}) from error
    domain = to_ascii_domain(value)
    if is_ip_literal(value) or not is_host_name(value) or "." not in domain:
        words = _("“%(value)s” is not a domain. Enter one such as example.com, or a whole address.")
        raise SettingRefused("filters", words % {"value": value})
    return domain
