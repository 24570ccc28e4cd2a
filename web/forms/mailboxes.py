"""Forms about mailboxes and their servers: connecting one, and changing where it lives."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.models import Membership
from mailboxes.errors import SettingRefused
from mailboxes.models import Mailbox
from mailboxes.requests import ConnectRequest, ServerRequest, check_request, clean_address
from mailkit.addresses import domain_of
from mailkit.types import Secret, Security

HOST = {"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}
ADDRESS = {**HOST, "inputmode": "email", "placeholder": "name@example.com"}


def security_choices() -> list[tuple[str, str]]:
    """Without encryption only where the mail server may be this very machine."""
    return [(value, str(label)) for value, label in Mailbox.Security.choices if value != "none" or settings.EMBEDDED]


def password_field(**options: Any) -> forms.CharField:
    """Spaces count in passwords, and no browser shall offer the one of this site."""
    widget = forms.PasswordInput(attrs={"autocomplete": "new-password"})
    return forms.CharField(strip=False, max_length=1000, widget=widget, **options)


class AddressForm(forms.Form):
    """The first step: the address says where its servers are."""

    address = forms.CharField(
        label=_("Email address"),
        max_length=320,
        widget=forms.TextInput(attrs={**ADDRESS, "autofocus": True}),
        help_text=_("Its provider and servers are looked up for you."),
    )

    def clean_address(self) -> str:
        try:
            return clean_address(self.cleaned_data["address"])
        except SettingRefused as error:
            raise forms.ValidationError(error.message) from error


class ServersForm(forms.Form):
    """Both servers and how to sign in there. `password` serves both, unless the SMTP server has its own."""

    password = password_field(label=_("Password"))
    imap_host = forms.CharField(label=_("IMAP server"), max_length=253, widget=forms.TextInput(attrs=HOST))
    imap_port = forms.IntegerField(label=_("Port"), min_value=1, max_value=65535, initial=993)
    imap_security = forms.ChoiceField(label=_("Encryption"), initial="tls")
    imap_username = forms.CharField(
        label=_("User name"),
        max_length=320,
        required=False,
        widget=forms.TextInput(attrs=HOST),
        help_text=_("Only if the server wants another one than the email address."),
    )
    smtp_host = forms.CharField(label=_("SMTP server"), max_length=253, widget=forms.TextInput(attrs=HOST))
    smtp_port = forms.IntegerField(label=_("Port"), min_value=1, max_value=65535, initial=465)
    smtp_security = forms.ChoiceField(label=_("Encryption"), initial="tls")
    smtp_username = forms.CharField(
        label=_("User name for sending"), max_length=320, required=False, widget=forms.TextInput(attrs=HOST)
    )
    smtp_password = password_field(label=_("Password for sending"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("imap_security", "smtp_security"):
            self.fields[name].choices = security_choices()  # type: ignore[attr-defined]

    def request(self, *, save_send_only: bool = False) -> ConnectRequest:
        raise NotImplementedError

    @property
    def has_smtp_login(self) -> bool:
        """Whether the folded part must stand open."""
        return any(
            self[name].value() or self[name].errors for name in ("imap_username", "smtp_username", "smtp_password")
        )

    @property
    def has_server_errors(self) -> bool:
        """Whether the servers must stand open."""
        return any(name.startswith(("imap_", "smtp_")) for name in self.errors)

    def server(self, protocol: str, *, address: str) -> ServerRequest:
        """`protocol` is "imap" or "smtp". What SMTP does not have of its own it takes from IMAP."""
        given = self.cleaned_data
        username = given["imap_username"] or address
        password = given["password"]
        if protocol == "smtp":
            username, password = given["smtp_username"] or username, given["smtp_password"] or password
        return ServerRequest(
            host=given[f"{protocol}_host"].strip(),
            port=given[f"{protocol}_port"],
            security=Security(given[f"{protocol}_security"]),
            username=username,
            password=Secret(password),
        )

    def check_hosts(self, request: ConnectRequest) -> None:
        """What can be said before any server is asked."""
        try:
            check_request(request)
        except SettingRefused as error:
            self.refuse(error)

    def refuse(self, error: SettingRefused) -> None:
        """Show what a service does not accept beside its field."""
        name = error.field.replace(".", "_")
        self.add_error(name if name in self.fields else None, error.message)


class ChoicesForm(forms.Form):
    """What is chosen of a new mailbox, however its owner signs in. `owner` is set by administrators who connect it for
    somebody else (M02).
    """

    address = forms.CharField(label=_("Email address"), max_length=320, widget=forms.TextInput(attrs=ADDRESS))
    kind = forms.ChoiceField(
        label=_("Who uses this mailbox?"), choices=Mailbox.Kind.connectable(), widget=forms.RadioSelect
    )
    first_import = forms.ChoiceField(
        label=_("What is imported?"),
        choices=Mailbox.FirstImport.choices,
        widget=forms.RadioSelect,
        initial=Mailbox.FirstImport.RECENT,
        required=False,
    )
    display_name = forms.CharField(
        label=_("Name shown to recipients"),
        max_length=150,
        required=False,
        help_text=_("If left empty, a personal mailbox shows the name of its owner."),
    )

    def __init__(self, *args: Any, member: Membership, owner: Membership | None = None, **kwargs: Any) -> None:
        self.member, self.owner = member, owner
        super().__init__(*args, **kwargs)
        self.fields["kind"].required = owner is None  # of somebody else it is personal

    @property
    def recent_words(self) -> str:
        """How far back the usual first import goes (K10)."""
        letters, days = settings.IMPORT_MESSAGES, settings.IMPORT_DAYS
        if not days:
            return ngettext("Up to %(count)d letter.", "Up to %(count)d letters.", letters) % {"count": letters}
        return str(_("Up to %(letters)d of the last %(days)d days. The rest can be loaded later.")) % {
            "letters": letters,
            "days": days,
        }

    def clean_kind(self) -> str:
        if self.owner:
            return Mailbox.Kind.PERSONAL
        kind: str = self.cleaned_data["kind"]
        if kind == Mailbox.Kind.SHARED and not self.member.is_admin:
            raise forms.ValidationError(_("Only administrators connect shared mailboxes."))
        return kind


class ConnectForm(ChoicesForm, ServersForm):
    """The second step: how to sign in, who uses the mailbox, what is imported."""

    field_order = ("address", "password", "kind", "first_import", "display_name")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["imap_host"].required = self.fields["smtp_host"].required = False  # guessed from the address
        self.fields["password"].widget.attrs["autofocus"] = True

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        domain = domain_of(given.get("address", ""))
        for protocol in ("imap", "smtp"):
            if not given.get(f"{protocol}_host"):
                given[f"{protocol}_host"] = f"{protocol}.{domain}"
        if not self.errors:
            self.check_hosts(self.request())
        return given

    def request(self, *, save_send_only: bool = False) -> ConnectRequest:
        address = self.cleaned_data["address"].strip()
        return ConnectRequest(
            address=address,
            display_name=self.cleaned_data["display_name"],
            kind=self.cleaned_data["kind"],
            imap=self.server("imap", address=address),
            smtp=self.server("smtp", address=address),
            first_import=self.cleaned_data.get("first_import") or Mailbox.FirstImport.RECENT,
            save_send_only=save_send_only,
            owner_id=self.owner.pk if self.owner else None,
        )


class ReconnectForm(ServersForm):
    """Other servers or another password of a connected mailbox: the password is always entered again.

    A stored one would otherwise go to whatever server somebody names here.
    """

    field_order = ("password",)

    def __init__(self, *args: Any, mailbox: Mailbox, **kwargs: Any) -> None:
        self.mailbox = mailbox
        super().__init__(*args, initial=_servers_of(mailbox), **kwargs)
        self.fields["imap_host"].required = mailbox.can_receive  # one that only sends may stay so

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        if not self.errors:
            self.check_hosts(self.request())
        return given

    def request(self, *, save_send_only: bool = False) -> ConnectRequest:
        mailbox = self.mailbox
        return ConnectRequest(
            address=mailbox.address,
            display_name=mailbox.display_name,
            kind=mailbox.kind,
            imap=self.server("imap", address=mailbox.address) if self.cleaned_data["imap_host"] else None,
            smtp=self.server("smtp", address=mailbox.address),
            save_send_only=save_send_only,
        )


def _servers_of(mailbox: Mailbox) -> dict[str, Any]:
    """What is stored, but user names only where they say something: passwords are never read back."""
    imap_username = "" if mailbox.imap_username == mailbox.address else mailbox.imap_username
    smtp_username = "" if mailbox.smtp_username == (mailbox.imap_username or mailbox.address) else mailbox.smtp_username
    names = ("imap_host", "imap_port", "imap_security", "smtp_host", "smtp_port", "smtp_security")
    stored: dict[str, Any] = {name: getattr(mailbox, name) for name in names}
    return {**stored, "imap_username": imap_username, "smtp_username": smtp_username}
