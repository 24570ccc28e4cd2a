"""What a person asks for when connecting a mailbox, checked before any server is asked."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.conf import settings
from django.utils.translation import gettext as _

from mailboxes.errors import SettingRefused
from mailboxes.models import Mailbox, MailboxFilter
from mailkit.addresses import (
    AddressRefused,
    domain_of,
    email_key,
    is_host_name,
    is_internationalized,
    is_ip_literal,
    parse_typed_address,
    to_ascii_domain,
)
from mailkit.types import Login, Secret, Security, ServerAddress

MAX_FILTERS = 200
Filter = tuple[str, str]  # MailboxFilter.Kind and its value


@dataclass(frozen=True, slots=True)
class ServerRequest:
    """A server and how to sign in there."""

    host: str
    port: int
    security: Security
    username: str
    password: Secret

    @property
    def server(self) -> ServerAddress:
        return ServerAddress(self.host, self.port, self.security)

    @property
    def login(self) -> Login:
        return Login(self.username, self.password)


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


def check_request(request: ConnectRequest) -> None:
    """Raises SettingRefused, with the field and what to do."""
    check_address(request.address)
    if request.imap:
        check_server(request.imap, prefix="imap")
    check_server(request.smtp, prefix="smtp")


def check_address(address: str) -> None:
    try:
        parse_typed_address(address)
    except AddressRefused as error:
        raise SettingRefused("address", _("Enter an email address such as name@example.com.")) from error
    if is_internationalized(domain_of(address)):
        raise SettingRefused(
            "address",
            _("Internationalized domains are not supported. Use an address whose domain is in Latin letters."),
        )


def check_server(request: ServerRequest, *, prefix: str) -> None:
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


def _check_host(host: str, *, prefix: str) -> None:
    if is_ip_literal(host):
        raise SettingRefused(
            f"{prefix}.host", _("Enter the server's name, such as imap.example.com: an IP address is not accepted.")
        )
    if is_internationalized(host) or not is_host_name(host):
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
