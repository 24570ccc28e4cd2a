"""What a form does not take, and from whom (reliability: forms)."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from accounts.models import Account, Membership
from accounts.public_tokens import make_token
from accounts.tenancy import tenant
from mailkit.form_reader import TRAP_NAME
from pages.models import FormAnswer
from tests.conftest import MakeMailbox
from tests.pages.conftest import PUBLIC_HOST
from tests.pages.forms import FormLetter, get, make_fields, post, send_form

pytestmark = pytest.mark.django_db

ONE = {"contact[11973]": "Ann <b>"}
STRANGER = Client(headers={"host": PUBLIC_HOST})


@pytest.fixture
def letter(alice: Membership, in_account: None, make_mailbox: MakeMailbox) -> FormLetter:
    make_fields(alice)
    return send_form(alice, make_mailbox("alice@acme.example", owner=alice))


@pytest.mark.rule("M120")
@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Purpose": "prefetch"},
        {"X-Moz": "prefetch"},
        {"User-Agent": "Mozilla/5.0 (compatible; BarracudaCentral)"},
        {"User-Agent": "GoogleImageProxy"},
    ],
)
def test_machines_never_write(letter: FormLetter, headers: dict[str, str]) -> None:
    path = urlsplit(letter.form_url).path
    answers = [STRANGER.get(path, ONE, headers=headers), STRANGER.post(path, ONE, headers=headers)]
    assert all("Send your answers?" in answer.text for answer in answers)
    assert STRANGER.post(path, {**ONE, "confirmed": "1"}, headers=headers).status_code == 403
    assert not letter.values()
    assert not FormAnswer.objects.exists()


def test_head_never_writes(letter: FormLetter) -> None:
    answer = STRANGER.head(urlsplit(letter.form_url).path, ONE)
    assert (answer.status_code, answer.content, letter.values()) == (200, b"", {})


def test_who_follows_the_link_alone_gets_the_form(letter: FormLetter) -> None:
    answer = get(letter.form_url, {"utm_source": "x"})
    assert (answer.status_code, answer["Location"]) == (302, letter.web_url)
    assert not letter.notes()


def test_an_empty_form_is_told_so(letter: FormLetter) -> None:
    answer = post(letter.form_url, {"contact[11973]": " "})
    assert (answer.status_code, "Nothing is filled in" in answer.text) == (422, True)


@pytest.mark.rule("M127")
def test_an_account_may_want_it_confirmed(letter: FormLetter, account: Account) -> None:
    Account.objects.filter(pk=account.pk).update(confirm_forms=True)
    asked = get(letter.form_url, ONE)
    assert 'value="Ann &lt;b&gt;"' in asked.text
    assert not letter.values()
    get(letter.form_url, {**ONE, "confirmed": "1"})
    assert not letter.values()  # only a button posts
    post(letter.form_url, {**ONE, "confirmed": "1"})
    assert letter.values() == {"11973": "Ann <b>"}


def test_what_fills_the_hidden_field_is_counted_and_writes_nothing(letter: FormLetter) -> None:
    answer = post(letter.form_url, {**ONE, TRAP_NAME: "https://spam.example"})
    assert "Thank you" in answer.text
    assert not letter.values()
    assert FormAnswer.objects.get().refused == [{"name": "", "reason": "trap"}]


@pytest.mark.parametrize("redis_url", [None, "redis://127.0.0.1:1/0"])
def test_a_thousand_posts_write_ten_answers(letter: FormLetter, settings: Settings, redis_url: str | None) -> None:
    if redis_url:  # nobody is there: the stored answers are counted
        settings.CACHES = {"default": {**settings.CACHES["default"], "LOCATION": redis_url}}
    count = 30 if redis_url else 1000
    began_at = timezone.now()
    answers = [post(letter.form_url, {"contact[11973]": f"Ann {number}"}) for number in range(count)]
    minutes = (timezone.now() - began_at) // timedelta(minutes=1)
    statuses = [answer.status_code for answer in answers]
    assert statuses[0] == 200
    assert statuses[-1] == 429
    assert FormAnswer.objects.count() <= 10 * (minutes + 2)  # ten a minute, and one may have begun before
    assert 'value="Ann ' in answers[-1].text


def test_a_day_has_an_end(letter: FormLetter) -> None:
    FormAnswer.objects.bulk_create(FormAnswer(tracked=letter.mail.tracked, digest=str(n)) for n in range(200))
    FormAnswer.objects.update(created_at=timezone.now() - timedelta(hours=1))
    answer = post(letter.form_url, ONE)
    assert (answer.status_code, answer["Retry-After"]) == (429, str(24 * 3600))
    assert 'value="Ann &lt;b&gt;"' in answer.text
    assert not letter.notes()
    FormAnswer.objects.update(created_at=timezone.now() - timedelta(days=2))
    assert post(letter.form_url, ONE).status_code == 200


def test_a_megabyte_and_two_hundred_fields_are_too_much(letter: FormLetter) -> None:
    large = post(letter.form_url, {"contact[11973]": "x" * 1024 * 1024})
    many = post(letter.form_url, {f"lead[{number}]": "x" for number in range(1, 202)})
    for answer in (large, many):
        assert (answer.status_code, "That is too much" in answer.text) == (413, True)
    assert not letter.notes()


def test_a_field_of_another_account_is_none(letter: FormLetter, charlie: Membership) -> None:
    with tenant(charlie.account_id):
        make_fields(charlie)
    post(letter.form_url, {"lead[620111]": "mine", "lead[81]": "not listed"})
    assert letter.values() == {"620111": "mine"}


def test_every_wrong_token_is_the_same_404(letter: FormLetter, charlie: Membership) -> None:
    path = urlsplit(letter.form_url).path
    with tenant(charlie.account_id):
        foreign = make_token("form", letter.mail.tracked_id or 0)
    wrong = [f"{path[:-1]}{'A' if path[-1] != 'A' else 'B'}", path[:-1], f"/f/{foreign}", f"/f/{make_token('web', 1)}"]
    wrong += [f"/f/{make_token('form', 10**9)}", path.replace("/f/", "/w/")]
    answers = [STRANGER.post(one, ONE) for one in wrong]
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.content for answer in answers}) == 1
    assert not letter.notes()
