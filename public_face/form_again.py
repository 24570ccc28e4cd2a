"""A form that comes back to who sent it: what was typed is kept, and what is wrong is told at its field (M124)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import Protocol

from django.http import HttpResponse
from django.utils import translation
from django.utils.translation import gettext as _

from accounts.models import Account
from letter_templates.errors import PartRefused
from mailkit.form_filling import fill_in
from pages.form_faults import faults_of, for_client, key_of
from pages.form_sources import Form
from pages.form_values import Fault
from pages.models import PageLink
from pages.policies import policy_of
from pages.rendering import Filled, document_of
from pages.serving import body_of_page, get_shown
from pages.web_letters import WebLetter, show_letter
from public_face.answers import page
from public_face.form_requests import Answer
from public_face.views.web_letters import letter_page

STATUS = HTTPStatus.UNPROCESSABLE_ENTITY


class _Place(Protocol):
    """Where the form stands."""

    @property
    def html(self) -> str: ...

    def answer(self, html: str) -> HttpResponse: ...


@dataclass(frozen=True, slots=True)
class _InLetter:
    letter: WebLetter

    @property
    def html(self) -> str:
        return self.letter.html

    def answer(self, html: str) -> HttpResponse:
        return letter_page(replace(self.letter, html=html), status=STATUS)


@dataclass(frozen=True, slots=True)
class _OnPage:
    link: PageLink
    filled: Filled

    @property
    def html(self) -> str:
        return self.filled.body

    def answer(self, html: str) -> HttpResponse:
        shown, filled = self.link.page, replace(self.filled, body=html)
        made = document_of(filled, account=self.link.account, metrica_id=shown.metrica_id, gtm_id=shown.gtm_id)
        policy = policy_of(shown.metrica_id, shown.gtm_id)
        return HttpResponse(made, status=STATUS, headers={"Content-Security-Policy": policy})


def refuse(account: Account, form: Form, answer: Answer) -> HttpResponse | None:
    """None when there is nothing that the client could mend. Nothing is written: half of an answer would stand in a
    note of its own, and the other half in the next.
    """
    with translation.override(account.language):
        faults = faults_of(form, answer.sent)
        if not faults:
            return None
        place = _place_of(form)
        told = for_client(faults, place.html if place else "")
        if not told:
            return None
        head = _("Your answers are not saved yet. Correct what is marked, then send the form again.")
        again = fill_in(place.html, answer.pairs, told, head=head) if place else None
    if place is None or again is None:
        return _plain(account, answer, faults, told)
    return place.answer(again)


def _place_of(form: Form) -> _Place | None:
    """None when it cannot be shown just now."""
    if form.mail:
        letter = show_letter(form.mail.pk)
        return _InLetter(letter) if letter else None
    if form.page_link is None:
        return None
    link = get_shown(form.page_link.pk)
    try:
        return _OnPage(link, body_of_page(link))
    except PartRefused:
        return None


def _plain(account: Account, answer: Answer, faults: Sequence[Fault], told: Mapping[str, str]) -> HttpResponse:
    """A form that has no such field any more, or stands nowhere: ours, with these fields alone."""
    wrong = {key_of(fault.sent): fault for fault in faults if key_of(fault.sent) in told}
    facts = {
        "rows": [(fault.sent, fault.field.name, told[key]) for key, fault in wrong.items()],
        "pairs": [(one.name, value) for one in answer.sent if key_of(one) not in wrong for value in one.values],
    }
    return page("public/form_refused.html", facts, account=account, status=STATUS)
