"""Notices in words: made when they are shown, in the reader's language (accounts.notices stores kind and ids)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Membership, Notice
from crm.models import Contact, Task
from crm.tasks import DUE, GIVEN
from mailboxes.disconnecting import DISCONNECTED, MAIL_DELETED
from mailboxes.kinds import MADE_PERSONAL, MADE_SHARED, TAKEN_AWAY
from mailboxes.models import Mailbox
from mailboxes.services import CONNECTED_FOR_YOU
from outbox.caps import DEFERRED, PROVIDER_LIMIT, WARNED
from outbox.mailing_states import PAUSED
from outbox.models import OutgoingMail
from outbox.notices import BOUNCED, FAILED, SOME_REFUSED, UNKNOWN
from privacy.account_export import PACKED
from privacy.erasing import ERASED
from threads.models import Message
from threads.unknown_people import ARRIVED, ASSIGNED
from threads.withheld import RESTORED
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
    """`href` is empty when there is nothing to open; `retry_url` when sending again makes no sense. `is_empty`: what it
    is about is gone, or no longer the member's to see.
    """

    notice: Notice
    words: Words
    title: str
    text: str
    href: str
    retry_url: str = ""
    is_empty: bool = False


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
    BOUNCED: Words(
        "mail-warning",
        "bad",
        gettext_lazy("“%(what)s” came back"),
        gettext_lazy("A recipient's server could not deliver it. See what it says."),
        gettext_lazy("See the letter"),
    ),
    WARNED: Words(
        "clock",
        "",
        gettext_lazy("%(what)s has sent most of what it may today"),
        gettext_lazy("%(count)s letters have gone out. When its limit is reached, the rest goes tomorrow."),
        gettext_lazy("Open its settings"),
    ),
    DEFERRED: Words(
        "clock",
        "",
        gettext_lazy("%(what)s: letters wait until tomorrow"),
        gettext_lazy(
            "It has sent what it may in a day, and the rest of yours goes tomorrow. Mailings stop earlier, so that "
            "letters of people still go today."
        ),
        gettext_lazy("See the outbox"),
    ),
    PROVIDER_LIMIT: Words(
        "clock",
        "bad",
        gettext_lazy("%(what)s: the provider takes no more for now"),
        gettext_lazy(
            "Its sending limit is used up. The letters wait: one is tried every hour, and the others follow when it is "
            "taken."
        ),
        gettext_lazy("See the outbox"),
    ),
    PAUSED: Words(
        "pause",
        "bad",
        gettext_lazy("The mailing “%(what)s” was paused"),
        gettext_lazy("Something is in its way. See what it is, then let it go on."),
        gettext_lazy("See the mailing"),
    ),
    RESTORED: Words(
        "rotate-ccw",
        "",
        gettext_lazy("“%(what)s” is back from Deleted"),
        gettext_lazy("An administrator restored it for you, without seeing what is in it."),
        gettext_lazy("See the letter"),
    ),
    ASSIGNED: Words(
        "user-plus",
        "",
        gettext_lazy("A new customer is yours: %(what)s"),
        gettext_lazy("They wrote for the first time, and it was your turn."),
        gettext_lazy("Open the card"),
    ),
    ARRIVED: Words(
        "mail",
        "",
        gettext_lazy("%(who)s wrote: “%(what)s”"),
        gettext_lazy("You are responsible for this client."),
        gettext_lazy("Read the letter"),
    ),
    GIVEN: Words(
        "circle-check",
        "",
        gettext_lazy("You have a new task: %(what)s"),
        gettext_lazy("Somebody gave it to you."),
        gettext_lazy("Open the card"),
    ),
    DUE: Words(
        "clock",
        "",
        gettext_lazy("A task is due: %(what)s"),
        gettext_lazy("Its time has come, and it is not done yet."),
        gettext_lazy("Open the card"),
    ),
    PACKED: Words(
        "package",
        "",
        gettext_lazy("The account is packed up"),
        gettext_lazy("Download it within 7 days; then it is deleted."),
        gettext_lazy("Open the exports"),
    ),
    ERASED: Words(
        "eraser",
        "",
        gettext_lazy("A contact is erased everywhere"),
        gettext_lazy("Card, letters and files are gone for good."),
        "",
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
    """What they are about comes in a few queries for all, as far as the member may still see it.

    Kinds of a later version, after a step back, are left out.
    """
    rows = [row for row in notices if row.kind in BY_KIND]
    known = _Known(
        mailboxes=Mailbox.objects.visible_to(member).in_bulk(_ids(rows, "mailbox")),
        letters=OutgoingMail.objects.visible_to(member).in_bulk(_ids(rows, "mail")),
        stored=Message.objects.visible_to(member).kept().in_bulk(_ids(rows, "message")),
        contacts=Contact.objects.in_bulk(_ids(rows, "contact")),
        tasks=Task.objects.for_list().in_bulk(_ids(rows, "task")),
    )
    return [ABOUT.get(row.kind, _about_letter)(row, known) for row in rows]


@dataclass(frozen=True, slots=True)
class _Known:
    """What notices are about, by id."""

    mailboxes: Mapping[int, Mailbox]
    letters: Mapping[int, OutgoingMail]
    stored: Mapping[int, Message]
    contacts: Mapping[int, Contact]
    tasks: Mapping[int, Task]


def _gone(notice: Notice, words: Words) -> NoticeLine:
    title = str(words.title) % {"what": "…", "who": "…"}
    return NoticeLine(notice, words, title, _("No longer there"), "", is_empty=True)


def _about_stored(notice: Notice, known: _Known) -> NoticeLine:
    letter, words = known.stored.get(notice.facts.get("message", 0)), BY_KIND[notice.kind]
    if letter is None:
        return _gone(notice, words)
    folder = "inbox" if letter.direction == Message.Direction.INCOMING else "sent"
    href = reverse("mail_thread", args=[folder, letter.thread_id])
    who = letter.from_name or letter.from_address
    title = str(words.title) % {"what": letter.subject or _("(no subject)"), "who": who}
    return NoticeLine(notice, words, title, str(words.text), href)


def _about_contact(notice: Notice, known: _Known) -> NoticeLine:
    contact, words = known.contacts.get(notice.facts.get("contact", 0)), BY_KIND[notice.kind]
    if contact is None:
        return _gone(notice, words)
    href = reverse("contact", args=[contact.pk])
    return NoticeLine(notice, words, str(words.title) % {"what": contact.name}, str(words.text), href)


def _about_limit(notice: Notice, known: _Known) -> NoticeLine:
    mailbox, words = known.mailboxes.get(notice.facts.get("mailbox", 0)), BY_KIND[notice.kind]
    what = mailbox.address if mailbox else _("A mailbox that is no longer connected")
    text = str(words.text) % {"count": notice.facts.get("count", 0)}
    href = ""
    if mailbox:
        href = reverse("mailbox", args=[mailbox.pk]) if notice.kind == WARNED else reverse("outbox")
    return NoticeLine(notice, words, str(words.title) % {"what": what}, text, href)


def _about_hands(notice: Notice, known: _Known) -> NoticeLine:
    words = BY_KIND[notice.kind]
    mailbox = known.mailboxes.get(notice.facts["mailbox"]) if words.action else None
    href = reverse("mailbox", args=[mailbox.pk]) if mailbox else ""
    return NoticeLine(notice, words, str(words.title) % {"what": notice.facts["address"]}, str(words.text), href)


def _ids(rows: Iterable[Notice], fact: str) -> set[int]:
    return {row.facts[fact] for row in rows if fact in row.facts}


def _about_mailbox(notice: Notice, known: _Known) -> NoticeLine:
    mailbox, words = known.mailboxes.get(notice.facts.get("mailbox", 0)), BY_KIND[notice.kind]
    what = mailbox.address if mailbox else _("A mailbox that is no longer connected")
    href = reverse("mailbox_servers", args=[mailbox.pk]) if mailbox else ""
    return NoticeLine(notice, words, str(words.title) % {"what": what}, str(words.text), href)


def _about_letter(notice: Notice, known: _Known) -> NoticeLine:
    letter, words = known.letters.get(notice.facts.get("mail", 0)), BY_KIND[notice.kind]
    if letter is None:
        return _gone(notice, words)
    delivery = describe(letter)
    return NoticeLine(
        notice,
        words,
        str(words.title) % {"what": delivery.subject or _("(no subject)")},
        f"{delivery.advice.what} {delivery.advice.do}" if delivery.advice else str(words.text),
        delivery.href,
        reverse("outbox_retry", args=[letter.pk]) if delivery.can_retry else "",
    )


def _about_task(notice: Notice, known: _Known) -> NoticeLine:
    task, words = known.tasks.get(notice.facts.get("task", 0)), BY_KIND[notice.kind]
    if task is None:
        return _gone(notice, words)
    what = f"{task.type.name}, {task.card.name}"
    text = task.text[:200] or str(words.text)
    return NoticeLine(
        notice, words, str(words.title) % {"what": what}, text, reverse(task.card_type, args=[task.card.pk])
    )


def _about_account(notice: Notice, _known: _Known) -> NoticeLine:
    """Nothing that could be gone meanwhile."""
    words = BY_KIND[notice.kind]
    href = reverse("account_exports") if notice.kind == PACKED else ""
    return NoticeLine(notice, words, str(words.title), str(words.text), href)


def _about_mailing(notice: Notice, _known: _Known) -> NoticeLine:
    """Its author is told, who named it."""
    words = BY_KIND[notice.kind]
    href = reverse("mailing", args=[notice.facts["mailing"]])
    return NoticeLine(notice, words, str(words.title) % {"what": notice.facts["name"]}, str(words.text), href)


ABOUT: dict[str, Callable[[Notice, _Known], NoticeLine]] = {
    **dict.fromkeys(CHANGED_HANDS, _about_hands),
    **dict.fromkeys((WARNED, DEFERRED, PROVIDER_LIMIT), _about_limit),
    **dict.fromkeys((RESTORED, ARRIVED), _about_stored),
    NEEDS_LOGIN: _about_mailbox,
    PAUSED: _about_mailing,
    ASSIGNED: _about_contact,
    **dict.fromkeys((PACKED, ERASED), _about_account),
    **dict.fromkeys((GIVEN, DUE), _about_task),
}  # all others are about a letter that goes out
