"""Error codes of letters in words: what happened, and what to do about it (M90, M94). Words are made when shown."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from mailboxes.advice import Advice

STOPPED_CODE = "stopped"  # of letters that are held because a person stopped their mailbox
AUTHOR_LEFT_CODE = "author_left"
NO_RIGHT_CODE = "no_right"  # of letters whose author lost the right to their mailbox before they went out

BY_CODE: dict[str, Advice] = {
    "spam": Advice(
        _("The server rejected the letter as spam."),
        _(
            "Change the subject and the text, take off links and attachments that look suspicious, and ask your "
            "provider whether your domain has SPF and DKIM. Then send it again."
        ),
    ),
    "quota": Advice(
        _("The recipient's mailbox is full."), _("Send it again later, or reach the recipient in another way.")
    ),
    "auth": Advice(
        _("Could not authenticate: the mail server does not accept the user name and password."),
        _("Open the mailbox in Settings and enter the password again. The letter is sent by itself after that."),
    ),
    "invalid_address": Advice(
        _("The address does not exist, or takes no mail."),
        _("Check the spelling of the recipients' addresses, correct it, and send the letter again."),
    ),
    "sender_refused": Advice(
        _("The server does not let this mailbox send with its address."),
        _("Check in Settings that user name and address belong together, or ask your provider."),
    ),
    "too_large": Advice(
        _("The letter is larger than the mail server accepts."),
        _("Take attachments off, or send a link to them instead."),
    ),
    "daily_limit": Advice(
        _("The provider's sending limit is used up."),
        _("Nothing to do: we try again every hour for a day, by one letter. The others wait for it."),
    ),
    "refused": Advice(
        _("The server did not accept the letter."),
        _("Read the server's answer below. Your provider can tell what it means."),
    ),
    "some_refused": Advice(
        _("The letter was sent, but not to everybody: some addresses were refused."),
        _("See the recipients below, correct their addresses, and write to them again."),
    ),
    "try_later": Advice(
        _("The server asked us to come back later."), _("Nothing to do: we try again by ourselves for a day.")
    ),
    "throttled": Advice(
        _("The provider asks us to slow down."), _("Nothing to do: we try again by ourselves when it allows.")
    ),
    "no_connection": Advice(
        _("The server for sending does not answer."),
        _("Nothing to do: we try again by ourselves for a day. If it stays so, check the mailbox in Settings."),
    ),
    "tls_refused": Advice(
        _("No safe connection could be made, so neither password nor letter was sent."),
        _("Check port and encryption of the mailbox in Settings, then send the letter again."),
    ),
    "host_refused": Advice(
        _("The server for sending lies in a network that we do not connect to."),
        _("Enter the public name of your mail server in Settings, then send the letter again."),
    ),
    "server_fault": Advice(
        _("The server answered in a way that we do not understand."),
        _("Check server name and port of the mailbox in Settings, then send the letter again."),
    ),
    "unsafe_text": Advice(
        _("A header of the letter holds characters that may not be sent."),
        _("Write subject and recipients anew, without line breaks, and send the letter again."),
    ),
    "signature": Advice(
        _("The fields in the signature cannot be filled in."),
        _("Correct the signature in your profile, or that of the mailbox, and send the letter again."),
    ),
    "fields": Advice(
        _("The merge fields of the letter cannot be filled in."),
        _("Read below which one is at fault. Edit the letter, correct its text, and send it again."),
    ),
    "attachment": Advice(
        _("A file by link could not be fetched, so the letter was not sent."),
        _(
            "Open the link below in a private window of your browser: it must lead to the file itself, on a public web "
            "server and without a sign-in. Correct it, or take it off, and send the letter again."
        ),
    ),
    "file_missing": Advice(
        _("An attached file is no longer here."), _("Write the letter anew and attach the file again.")
    ),
    "not_mended": Advice(
        _("The mailbox could not sign in for three days."),
        _("Open the mailbox in Settings and enter the password again, then send the letter again."),
    ),
    STOPPED_CODE: Advice(
        _("The mailbox is paused or disconnected."),
        _(
            "The letter goes out by itself when the mailbox is resumed or connected again in Settings. Cancel it when "
            "it is not to be sent any more."
        ),
    ),
    AUTHOR_LEFT_CODE: Advice(
        _("Its author may not send any more: an administrator has deactivated the user meanwhile."),
        _("Write the letter anew in your own name, or leave it out."),
    ),
    NO_RIGHT_CODE: Advice(
        _("Its author lost the right to send from this mailbox before the letter went out."),
        _("Write the letter anew in your own name. Or give the right back, then send it again."),
    ),
    "over_daily_limit": Advice(
        _("This mailbox has sent as many letters as it may in one day."),
        _(
            "Nothing to do: the letter goes tomorrow. Mailings leave a fifth of the day's letters to people. The limit "
            "can be raised in the settings of the mailbox."
        ),
    ),
    "bounced": Advice(
        _("The letter was sent, but it came back: a recipient's server could not deliver it."),
        _("Read what that server says, correct the address, or reach the recipient in another way."),
    ),
    "interrupted": Advice(
        _("Sending was interrupted again and again."), _("Send the letter again. If it fails once more, tell support.")
    ),
    "looking": Advice(
        _("The connection broke while the letter was handed over. Whether it was sent is being looked up."),
        _("Wait a moment: we look for it in the Sent folder of the server."),
    ),
    "unknown": Advice(
        _("Nobody can tell whether the letter was sent: the connection broke after the server took it."),
        _(
            "We did not find it in the Sent folder and do not send it twice by ourselves. Ask the recipient, or send "
            "it again when a second copy does no harm."
        ),
    ),
}


def advice_for(code: str) -> Advice | None:
    """None when there is no error."""
    return BY_CODE.get(code, BY_CODE["refused"]) if code else None
