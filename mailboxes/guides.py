"""How to get a provider ready for us, in plain words: what stands beside the password in the connect dialog.

Which guide belongs to which provider stands in mailkit/providers.toml. The menus of providers change often: the guides
name what to look for, and the provider's own page is linked.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from mailkit.providers import Provider


@dataclass(frozen=True, slots=True)
class Guide:
    """What to do, step by step, in the reader's language; `url` is the provider's help page, or ""."""

    steps: tuple[str, ...]
    url: str

    @property
    def text(self) -> str:
        return "\n".join(self.steps)


_PASTE = _("Copy the app password and enter it here instead of your usual password.")
_IMAP_ON = _("In the mail settings of %(provider)s, allow IMAP (reading mail with other programs).")
_USUAL = _("Then enter your usual password here.")
PASSWORD = (_("Enter the password that you sign in to %(provider)s with."), _("IMAP must be allowed there."))
UNKNOWN = (
    _("Enter the password of this mailbox."),
    _("If it is refused, ask your provider whether IMAP is allowed and whether an app password is needed."),
)
GUIDES: dict[str, tuple[str | Promise, ...]] = {
    "password": PASSWORD,
    "app_password": (
        _("Sign in to %(provider)s on its website and open the account's security settings."),
        _("Make an app password (some providers call it a password for external programs)."),
        _PASTE,
    ),
    "imap_switch": (_("Sign in to %(provider)s on its website."), _IMAP_ON, _USUAL),
    "imap_and_app_password": (
        _("Sign in to %(provider)s on its website."),
        _IMAP_ON,
        _("Make the password for other programs that is offered there."),
        _PASTE,
    ),
    "paid_imap": (
        _("%(provider)s offers IMAP in its paid plans only. Check which one you have."),
        _IMAP_ON,
        _USUAL,
    ),
    "no_imap": (
        _(
            "%(provider)s keeps mail encrypted or closed in its own apps and has no IMAP server that we could reach. "
            "So this address cannot be connected."
        ),
        _("Forward its mail to a mailbox at another provider, and connect that one."),
    ),
    "gmail": (
        _("In your Google account open “Security” and switch on 2-Step Verification, if it is off."),
        _("Search there for “App passwords” and make one; it has 16 letters."),
        _("Copy the app password and enter it here. The spaces in it do not matter."),
        _("Addresses of a company: if there are no app passwords, ask the administrator of your Google Workspace."),
    ),
    "microsoft": (
        _("Microsoft no longer accepts passwords from other programs at Outlook.com, Hotmail and Live."),
        _("Ask who runs this service to offer signing in with Microsoft here."),
    ),
    "microsoft365": (
        _("Microsoft 365 accepts no passwords from other programs unless a company runs its own Exchange server."),
        _("Ask who runs this service to offer signing in with Microsoft here."),
        _("Your Microsoft 365 administrator must allow IMAP and “Authenticated SMTP” for this mailbox."),
    ),
    "icloud": (
        _("Sign in at account.apple.com and open “Sign-In and Security”."),
        _("Choose “App-Specific Passwords” and make one. Two-factor authentication must be on."),
        _PASTE,
    ),
    "yandex": (
        _("In Yandex Mail open “All settings”, “Email clients”, and allow access by IMAP with app passwords."),
        _("In your Yandex ID open “Security”, “App passwords”, and make one for mail."),
        _PASTE,
    ),
    "mailru": (
        _("In Mail.ru open “Account settings”, “Security”, “Passwords for external apps”."),
        _("Make one with full access to mail: IMAP and SMTP."),
        _PASTE,
    ),
    "zoho": (
        _("In Zoho Mail open “Settings”, “Mail accounts”, and allow IMAP access."),
        _("With two-factor sign-in: make an app password at accounts.zoho.com, “Security”, and enter it here."),
        _("Otherwise enter your usual password."),
    ),
}


def guide_of(provider: Provider | None) -> Guide:
    """For an unknown provider what holds everywhere."""
    if provider is None:
        return Guide(tuple(str(step) for step in UNKNOWN), url="")
    steps = GUIDES[provider.guide]
    return Guide(tuple(str(step) % {"provider": provider.name} for step in steps), url=provider.help_url)
