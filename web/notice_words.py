"""Notices in words: made when they are shown, in the reader's language (accounts.notices stores kind and ids)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Membership, Notice
from mailboxes.disconnecting import DISCONNECTED, MAIL_DELETED
from mailboxes.kinds import MADE_PERSONAL, MADE_SHARED, TAKEN_AWAY
from mailboxes.models import Mailbox
from mailboxes.services import CONNECTED_FOR_YOU
from outbox.models import OutgoingMail
from outbox.notices import FAILED, SOME_REFUSED, UNKNOWN
from outbox.querysets import UNDELIVERED
from web.deliveries import describe


@dataclass(frozen=True)
class Words:
    """What one kind of notice says; `%(what)s` is the mailbox's address or the letter's subject."""

    icon: str
    tone: str
    title: str | Promise
    text: str | Promise
    action: str | Promise


@dataclass(frozen=True)
class NoticeLine:
    """`href` is empty when there is nothing to open; `retry_url` when sending again makes no sense."""

    notice: Notice
    words: Words
    title: str
    text: str
    href: str
    retry_url: str = ""


NEEDS_LOGIN = "mailbox.needs_login"
# Their facts hold the address: who is told may be the one who cannot look it up any more.
CHANGED_HANDS = {
    CONNECTED_FOR_YOU: Words(
        "mail-plus",
        "",
        gettext_lazy("%(what)s was connected for you"),
        gettext_lazy("An administrator did it. Only you read its mail. Enter a password of your own if you like."),
        gettext_lazy("Open its settings"),
    ),
    MADE_PERSONAL: Words(
        "user-check",
        "",
        gettext_lazy("%(what)s is your personal mailbox now"),
        gettext_lazy("Only you read it. You can share it with the administrators in its settings."),
        gettext_lazy("Open its settings"),
    ),
    MADE_SHARED: Words(
        "users",
        "",
        gettext_lazy("%(what)s is a shared mailbox now"),
        gettext_lazy("Administrators and users with the “Mail” tick read it."),
        "",
    ),
    TAKEN_AWAY: Words(
        "lock",
        "",
        gettext_lazy("%(what)s belongs to somebody else now"),
        gettext_lazy("You do not read its mail any more."),
        "",
    ),
    DISCONNECTED: Words(
        "unlink",
        "",
        gettext_lazy("%(what)s was disconnected"),
        gettext_lazy("An administrator did it. Its mail stays readable; reconnect it to go on."),
        "",
    ),
    MAIL_DELETED: Words(
        "trash-2",
        "",
        gettext_lazy("%(what)s was disconnected, and its mail is deleted here"),
        gettext_lazy("An administrator did it. Nothing has changed on the mail server."),
        "",
    ),
}
BY_KIND = {
    **CHANGED_HANDS,
    NEEDS_LOGIN: Words(
        "key-round",
        "bad",
        gettext_lazy("%(what)s needs a new sign-in"),
        gettext_lazy("Its server no longer accepts the password. Enter the password again."),
        gettext_lazy("Enter the password"),
    ),
    FAILED: Words(
        "mail-warning",
        "bad",
        gettext_lazy("“%(what)s” was not sent"),
        gettext_lazy("The server refused it. See why, and send it again."),
        gettext_lazy("See the letter"),
    ),
    SOME_REFUSED: Words(
        "mail-warning",
        "bad",
        gettext_lazy("“%(what)s” did not go to everybody"),
        gettext_lazy("The server refused some of the addresses. The others have the letter."),
        gettext_lazy("See the letter"),
    ),
    UNKNOWN: Words(
        "circle-help",
        "bad",
        gettext_lazy("Nobody knows whether “%(what)s” was sent"),
        gettext_lazy("The connection broke at the last moment. Look whether it arrived before you send it again."),
        gettext_lazy("See the letter"),
    ),
}


def lines_of(member: Membership, notices: Iterable[Notice]) -> list[NoticeLine]:
    """What they are about comes in two queries for all, as far as the member may still see it.

    Kinds of a later version, after a step back, are left out.
    """
    rows = [row for row in notices if row.kind in BY_KIND]
    mailboxes = Mailbox.objects.visible_to(member).in_bulk(_ids(rows, "mailbox"))
    letters = OutgoingMail.objects.visible_to(member).in_bulk(_ids(rows, "mail"))
    return [_line_of(row, mailboxes, letters) for row in rows]


def _line_of(notice: Notice, mailboxes: Mapping[int, Mailbox], letters: Mapping[int, OutgoingMail]) -> NoticeLine:
    if notice.kind in CHANGED_HANDS:
        return _about_hands(notice, mailboxes)
    return _about_mailbox(notice, mailboxes) if notice.kind == NEEDS_LOGIN else _about_letter(notice, letters)


def _about_hands(notice: Notice, mailboxes: Mapping[int, Mailbox]) -> NoticeLine:
    words = BY_KIND[notice.kind]
    mailbox = mailboxes.get(notice.facts["mailbox"]) if words.action else None
    href = reverse("mailbox", args=[mailbox.pk]) if mailbox else ""
    return NoticeLine(notice, words, str(words.title) % {"what": notice.facts["address"]}, str(words.text), href)


def _ids(rows: Iterable[Notice], fact: str) -> set[int]:
    return {row.facts[fact] for row in rows if fact in row.facts}


def _about_mailbox(notice: Notice, mailboxes: Mapping[int, Mailbox]) -> NoticeLine:
    mailbox, words = mailboxes.get(notice.facts.get("mailbox", 0)), BY_KIND[notice.kind]
    what = mailbox.address if mailbox else _("A mailbox that is no longer connected")
    href = reverse("mailbox_servers", args=[mailbox.pk]) if mailbox else ""
    return NoticeLine(notice, words, str(words.title) % {"what": what}, str(words.text), href)


def _about_letter(notice: Notice, letters: Mapping[int, OutgoingMail]) -> NoticeLine:
    letter, words = letters.get(notice.facts.get("mail", 0)), BY_KIND[notice.kind]
    if letter is None:
        return NoticeLine(notice, words, str(words.title) % {"what": "…"}, "", "")
    delivery = describe(letter)
    return NoticeLine(
        notice,
        words,
        str(words.title) % {"what": letter.subject or _("(no subject)")},
        f"{delivery.advice.what} {delivery.advice.do}" if delivery.advice else str(words.text),
        _place_of(letter),
        reverse("outbox_retry", args=[letter.pk]) if delivery.can_retry else "",
    )


def _place_of(letter: OutgoingMail) -> str:
    """In the outbox while it is not delivered, then the thread it was filed in. "" for what is in neither."""
    if letter.state in UNDELIVERED:
        return f"{reverse('outbox')}#letter-{letter.pk}"
    return reverse("mail_thread", args=["sent", letter.thread_id]) if letter.thread_id else ""
