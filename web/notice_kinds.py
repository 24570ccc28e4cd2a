"""The kinds of notices by what they are about, as people choose among them."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Labels = dict[str, str | Promise]

GROUPS: tuple[tuple[str | Promise, Labels], ...] = (
    (
        _("Clients and tasks"),
        {
            "customer.assigned": _("A new customer is yours"),
            "mail.arrived": _("A client of yours wrote"),
            "task.given": _("Somebody gave you a task"),
            "task.due": _("A task of yours is due"),
        },
    ),
    (
        _("Letters you send"),
        {
            "mail.failed": _("A letter was not sent"),
            "mail.some_refused": _("A letter did not go to everybody"),
            "mail.bounced": _("A letter came back"),
            "mail.unknown": _("Nobody knows whether a letter was sent"),
            "mailbox.daily_warning": _("A mailbox has sent most of what it may in a day"),
            "mailbox.daily_limit": _("Letters wait for the next day"),
            "mailbox.provider_limit": _("A mail provider takes no more letters for now"),
            "mailing.paused": _("A mailing was paused by itself"),
        },
    ),
    (
        _("Mailboxes"),
        {
            "mailbox.needs_login": _("A mailbox needs a new sign-in"),
            "mailbox.connected_for_you": _("A mailbox was connected for you"),
            "mailbox.made_personal": _("A mailbox is your personal one now"),
            "mailbox.made_shared": _("Your mailbox is shared now"),
            "mailbox.taken_away": _("A mailbox belongs to somebody else now"),
            "mailbox.disconnected": _("A mailbox was disconnected"),
            "mailbox.mail_deleted": _("A mailbox was disconnected with its mail"),
            "message.restored": _("A letter of yours is back from Deleted"),
        },
    ),
    (
        _("The account"),
        {
            "account.exported": _("An export is ready"),
            "contact.erased": _("A contact was erased everywhere"),
        },
    ),
)
