"""Error codes in words: what happened, and what to do about it. Words are made when shown, in the reader's language."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from mailboxes.guides import guide_of
from mailboxes.models import Mailbox
from mailkit.providers import Provider, provider_of_host


@dataclass(frozen=True, slots=True)
class Advice:
    what: str | Promise
    do: str | Promise
    link: str = ""  # a page of the provider that helps


BY_CODE: dict[str, Advice] = {
    "unknown_host": Advice(
        _("The server's name is not known."), _("Check its spelling: your provider's help page names it.")
    ),
    "host_refused": Advice(
        _("This server lies in a network that we do not connect to."),
        _("Enter the public name of your mail server, or ask who runs this service to allow it."),
    ),
    "no_connection": Advice(
        _("The server does not answer."),
        _("Check name and port. If the server has a firewall, let our addresses through."),
    ),
    "tls_refused": Advice(
        _("No safe connection could be made, so no password was sent."),
        _("Check the port and the kind of encryption. The server's certificate must be valid for its name."),
    ),
    "login_refused": Advice(
        _("The server does not accept the user name and password."),
        _(
            "Check both. With two-factor sign-in the provider wants an app password, made on its security page. "
            "Some providers need IMAP switched on in their settings first."
        ),
    ),
    "web_login_required": Advice(
        _("The provider wants you to sign in on its website first."),
        _("Sign in there with a browser, confirm that it was you, then enter the password here again."),
    ),
    "imap_disabled": Advice(
        _("IMAP is switched off for this mailbox."),
        _("Switch it on in your provider's mail settings, then enter the password here again."),
    ),
    "app_password_needed": Advice(
        _("The provider does not accept the usual password here."),
        _("Make an app password on its security page and enter that one."),
    ),
    "token_refused": Advice(
        _("You signed in at the provider, but its mail server did not let us in."),
        _(
            "Switch on IMAP in your provider's mail settings. At a company its administrator may have to allow mail "
            "programs, and sending through them. Then sign in at the provider again."
        ),
    ),
    "grant_ended": Advice(
        _("The provider's permission for this mailbox has ended."),
        _("Sign in at the provider again: open the mailbox in the settings and choose “Reconnect”."),
    ),
    "contact_admin": Advice(
        _("The provider has locked this mailbox for mail programs."),
        _("Ask who manages the mailbox at the provider to allow IMAP for it."),
    ),
    "smtp_login_refused": Advice(
        _("The server for sending does not accept the user name and password."),
        _("Enter the password again. With two-factor sign-in the provider wants an app password."),
    ),
    "folder_gone": Advice(
        _("The Inbox could not be opened."), _("Check in your provider's settings that IMAP may read this mailbox.")
    ),
    "sent_folder_gone": Advice(
        _("The folder of sent letters could not be opened."),
        _(
            "The Inbox is read as usual. If the server has another folder for them, choose it in the mailbox's "
            "settings."
        ),
    ),
    "too_slow": Advice(
        _("The server answers too slowly, so we did not wait any longer."),
        _("Check server name and port, then try again."),
    ),
    "throttled": Advice(
        _("The provider asks us to slow down."), _("Nothing to do: we try again by ourselves when it allows.")
    ),
    "counts_differ": Advice(
        _("The server counts more letters than it lists."),
        _("Nothing to do: it is asked again at each check, and nothing is taken for deleted until it agrees."),
    ),
    "folder_emptied": Advice(
        _("The server says that a folder is empty in which many letters lay before."),
        _(
            "Nothing to do: when it has said so for an hour, its letters are noted as no longer on the server. "
            "They stay here in any case."
        ),
    ),
    "visit_broke": Advice(
        _("Checking this mailbox broke down several times. The fault is ours."),
        _("We try again by ourselves, one letter at a time. If it stays so, tell who runs this service."),
    ),
    "server_fault": Advice(
        _("The server answered in a way that we do not understand."),
        _("We try again by ourselves. If it stays so, check server name and port."),
    ),
}
UNKNOWN = BY_CODE["server_fault"]
# What the provider's own guide answers better than we can in general (M05), and where its help page helps.
GUIDED = {"login_refused", "smtp_login_refused", "app_password_needed"}
LINKED = {*GUIDED, "imap_disabled", "web_login_required", "contact_admin"}


def advice_for(code: str, *, provider: Provider | None = None) -> Advice | None:
    """None when there is no error. `provider`: whose server answered so, where we know it."""
    if not code:
        return None
    advice = BY_CODE.get(code, UNKNOWN)
    if provider and code in LINKED:
        guide = guide_of(provider)
        return Advice(advice.what, " ".join(guide.steps) if code in GUIDED else advice.do, guide.url)
    if code == "no_connection" and settings.OUTGOING_IPS:
        return Advice(advice.what, f"{advice.do} {', '.join(settings.OUTGOING_IPS)}")
    return advice


def advice_of(mailbox: Mailbox) -> Advice | None:
    """What is wrong with a mailbox; None when all is well."""
    code = mailbox.fault.code
    if not code:
        return None
    if mailbox.sign_in == Mailbox.SignIn.OAUTH2 and code in GUIDED:  # the guides are about passwords
        code = "token_refused"
    return advice_for(code, provider=provider_of_host(mailbox.imap_host or mailbox.smtp_host))
