"""Links for people who do not sign in: only what we made for just this is read."""

from __future__ import annotations

import string

import pytest
from pytest_django import Settings

from accounts.models import Account
from accounts.public_tokens import PublicId, Purpose, make_token, read_token
from accounts.tenancy import tenant

URL_SAFE = string.ascii_letters + string.digits + "-_"


def test_a_token_names_the_row_and_its_account(in_account: Account) -> None:
    assert read_token("link", make_token("link", 5)) == PublicId(in_account.pk, 5)


def test_it_opens_nothing_of_another_purpose(in_account: Account) -> None:
    token = make_token("link", 5)
    others: list[Purpose] = ["pixel", "page", "web", "form", "unsubscribe"]
    assert [read_token(purpose, token) for purpose in others] == [None] * 5


def test_every_other_spelling_is_refused(in_account: Account) -> None:
    token = make_token("page", 5)
    others = [
        token[:place] + char + token[place + 1 :]
        for place in range(len(token))
        for char in URL_SAFE
        if char != token[place]
    ]
    assert len(others) == 43 * 63
    assert {read_token("page", other) for other in others} == {None}


@pytest.mark.parametrize("cut", range(44))
def test_a_part_of_it_or_more_is_refused(in_account: Account, cut: int) -> None:
    token = make_token("form", 5)
    assert [read_token("form", text) for text in (token[:cut][:-1], token + "A" * (cut + 1), "é" * cut)] == [None] * 3


def test_accounts_have_different_tokens_for_the_same_number(in_account: Account) -> None:
    mine = make_token("link", 5)
    with tenant(in_account.pk + 1):
        theirs = make_token("link", 5)
    assert mine != theirs


def test_a_token_of_an_older_key_is_still_read(in_account: Account, settings: Settings) -> None:
    token = make_token("unsubscribe", 5)
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another key that is long enough to be one"
    assert read_token("unsubscribe", token) == PublicId(in_account.pk, 5)
