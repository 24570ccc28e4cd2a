"""Texts of tasks and notes: merge fields filled in, then the words for the letter that led there (M65, M66)."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from django.utils import timezone
from django.utils.formats import date_format

from accounts.models import Membership
from automation.outcomes import failed
from automation.reasons import Reason
from automation.subjects import Ended, Subject, cards_for_fields
from letter_templates.errors import TemplateRefused
from letter_templates.fields import card_values, letter_values
from letter_templates.rendering import has_fields, render
from outbox.advice import advice_for
from outbox.models import OutgoingMail


def fill_in(text: str, subject: Subject) -> str:
    """The words for the letter are put in last: what a server or a client wrote is never taken for a field. Raises
    Ended; TemplateRefused when the machine was too busy, which passes.
    """
    if "{" not in text:
        return text
    filled = _rendered(text, subject) if has_fields(text) else text
    return put_words(filled, subject)


def put_words(text: str, subject: Subject) -> str:
    """Only {subject}, {sended_at}, {id} and {error}."""
    for word, value_of in _WORDS.items():
        if word in text:
            text = text.replace(word, value_of(subject.mail, subject) if subject.mail else "")
    return text


def _rendered(text: str, subject: Subject) -> str:
    cards = cards_for_fields(subject)
    author = subject.member or subject.responsible or _first_administrator()
    mailbox = subject.mail.mailbox if subject.mail else None
    values = letter_values(author, mailbox, cards) if author else card_values(cards)
    try:
        return render(text, values, format="text").text
    except TemplateRefused as error:
        if error.is_passing:
            raise
        raise Ended(failed(Reason.VALUE_REFUSED, message=error.message)) from error


def _first_administrator() -> Membership | None:
    return Membership.objects.filter(is_active=True, role=Membership.Role.ADMIN).order_by("pk").first()


def _sent_at(mail: OutgoingMail, subject: Subject) -> str:
    """Of a letter that never went out, when that was settled."""
    at = mail.sent_at or subject.happened_at
    return date_format(timezone.localtime(at), "SHORT_DATETIME_FORMAT") if at else ""


def _error(mail: OutgoingMail, _subject: Subject) -> str:
    """In words, with the server's own behind them."""
    advice = advice_for(mail.error_code)
    return " ".join(filter(None, (str(advice.what) if advice else "", mail.error_detail)))


_WORDS: Mapping[str, Callable[[OutgoingMail, Subject], str]] = {
    "{subject}": lambda mail, _subject: mail.subject,
    "{sended_at}": _sent_at,
    "{id}": lambda mail, _subject: str(mail.pk),
    "{error}": _error,
}
